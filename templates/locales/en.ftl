# English. Every other catalogue has the same messages, attributes and variables; a test compares them.

## This language

language-name = English
# "ltr" or "rtl"
direction = ltr
# The locale in which dates, times and numbers are written
date-locale = en-GB

## Around every page

skip = Skip to content
sign-in = Sign in
sign-out = Sign out
signed-in-as = Signed in as
your-account = Your account
home = Home
you = You
sessions = Sessions
token-details = Token details
back = Back
guarded = Guarded by gatehouse
support = Help and support
imprint = Imprint
privacy = Privacy
terms = Terms of use
language = Language
language-choose = Change

## Home

home-signed-in = You're signed in
home-welcome = Welcome { $name }
home-access = You have access to { $site }.
home-signed-out = You're not signed in.
home-sign-in = Sign in to continue to { $site }.
home-curious = Only people who are signed in see this page. Until then it answers 401:
home-apis = Call a web API
home-apis-hint = Call an API as yourself and see the response.
home-you-hint = Your name, your account, and how you signed in
home-token-details-hint = What the sign-in service says about you
home-sessions-hint = Where you are signed in, and how to sign out there
edit-profile = Edit profile
edit-profile-hint = Change your name and other details
reset-password = Reset password
reset-password-hint = Choose a new password
developer = For the developer
developer-redirect-uri = Register this redirect URI with the authority:

## News, shown once

news-sign-in-cancelled = You cancelled the sign-in.
news-edit-cancelled = You cancelled. Your profile was not changed.
news-reset-cancelled = You cancelled. Your password was not changed.
news-profile-updated = Your profile was updated.
news-sessions-ended =
    { $count ->
        [0] No session was ended.
        [one] One session was ended.
       *[other] { $count } sessions were ended.
    }
news-session-ended = Your session was ended, here or in another place. Sign in again to go on.
news-session-expired = Your session has expired. Sign in again to go on.
news-session-not-allowed = You do not have access any more, so your session was ended. Ask the operator of this site if you think that this is wrong.
news-session-renamed = The name of the session was saved.

## Sign-out

sign-out-title = Sign out?
sign-out-sentence = You will be signed out here and at the sign-in service.
sign-out-stay = Stay signed in
signed-out = Signed out
signed-out-title = You have signed out
signed-out-everywhere = You are signed out here and at the sign-in service.
signed-out-here-only = Your session here has ended. You may still be signed in at the sign-in service.
signed-out-nobody = There is no session in this browser.
signed-out-shared = On a shared computer, close the browser now.
signed-out-onward = Continue

## Sessions

sessions-title = My sessions
sessions-lead = The browsers in which you are signed in to { $site }. End any session that you do not recognise.
session-this = This browser
session-seen = Last seen
session-created = Signed in
session-expires = Expires no later than
session-network = Network
session-end = End
session-end-which = End the session of { $browser }, started { $when }
session-name = Name
session-name-save = Save
session-name-hint = A name helps you to recognise this session, for example "Kitchen tablet".
sessions-end-others = End all other sessions
sessions-end-others-title = End all other sessions?
sessions-end-others-sentence = You will be signed out in every other browser. This browser stays signed in.
sessions-keep = Keep them
sessions-only = You are not signed in anywhere else.
browser-on-system = { $browser } on { $system }
browser-unknown = Unknown browser

## You

you-name = Name
you-account = Account
you-directory = Directory
you-method = How you signed in
you-since = Signed in
you-other-account = Use another account
method-password = Password
method-several = Password and another proof
method-key = Key or device
method-code = Code by message or app
method-other = At the sign-in service

## Details of the ID token

token-details-title = ID token details
token-details-caption = Claims of the ID token
token-details-claim = Claim
token-details-value = Value
token-details-empty-list = An empty list
token-details-more =
    { $count ->
        [one] and one more
       *[other] and { $count } more
    }
token-details-hidden = Values that only the protocol needs are not shown.
token-details-none = The ID token has no claims that can be shown here.
claim-aud = The application this token is for
claim-iss = Who issued this token
claim-sub = Your identifier at this application
claim-oid = Your identifier in the directory
claim-tid = The directory your account belongs to
claim-sid = Your session at the sign-in service
claim-name = Your name
claim-given-name = Your first name
claim-family-name = Your last name
claim-username = The name you sign in with
claim-email = Your e-mail address
claim-emails = Your e-mail addresses
claim-roles = What you may do in this application
claim-groups = The groups you belong to
claim-idp = Where your account comes from
claim-way = The way in which you signed in
claim-amr = How you proved who you are
claim-acct = Member (0) or guest (1) of the directory
claim-auth-time = When you signed in
claim-exp = When this token ends
claim-ver = The version of this token

## Result of an API call

api-result = API result
api-result-title = Result of the API call
api-result-again = Call again
api-result-status = Status
api-result-binary =
    { $bytes ->
        [one] The response is not text (one byte), so it is not shown.
       *[other] The response is not text ({ $bytes } bytes), so it is not shown.
    }
api-result-region = Response of the API
api-result-cut = The response is longer; only its beginning is shown.
api-result-empty = The response has no content.
api-result-type = Content type

## Times

ago-now = just now
ago-minutes =
    { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
ago-hours =
    { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }
ago-days =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }
in-minutes =
    { $count ->
        [one] in { $count } minute
       *[other] in { $count } minutes
    }
in-hours =
    { $count ->
        [one] in { $count } hour
       *[other] in { $count } hours
    }
in-days =
    { $count ->
        [one] in { $count } day
       *[other] in { $count } days
    }

## What did not work: what to do about it

try-again = Try again
start-again = Start again
other-account = Use another account
ask-again = Ask again
details = Details for support
details-hint = If you ask for help, include these details
detail-request-id = Request id
detail-code = Code
detail-correlation-id = Correlation id
detail-authority-time = Time at the sign-in service
detail-time = Time
reloads = This page tries again by itself.

## What did not work: the kind

kind-sign-in = Sign-in not completed
kind-soon = Try again shortly
kind-later = Try again later
kind-unchanged = Nothing was changed
kind-stopped = Stopped
kind-permission = Permission missing
kind-unavailable = Not available
kind-consent = Administrator consent

## What did not work: pages and requests

problem-not-signed-in = You are not signed in
    .sentence = Please sign in to see this page.
    .developer = Visiting this page requires you to be authenticated. Use the button on the top right to sign in.
problem-method-not-allowed = This does not work here
    .sentence = This address does not accept this kind of request.
problem-too-large = This is too large
    .sentence = The request is larger than this address accepts.
problem-not-found = Page not found
    .sentence = There is no page at this address.
problem-too-slow = That took too long
    .sentence = The request did not arrive in time. Please try again.
problem-not-a-form = This does not work here
    .sentence = This address accepts forms only.
problem-failed = Something went wrong on our side
    .sentence = Please try again in a moment.
problem-bad-request = This request cannot be read
    .sentence = Please go back and try again.
problem-cross-site = Please use the buttons on this site
    .sentence = The request did not come from a page of this site, so nothing was done.
problem-too-many = Too many requests
    .sentence = There were too many requests from your network. Please wait a moment.
problem-unknown-host = There is nothing at this address
    .sentence = The address may be misspelt, or the site may have moved.
problem-not-ready = This site is not ready yet
    .sentence = It is being set up or changed. Please try again in a minute.

## What did not work: sign-in

problem-sign-in-invalid = This sign-in cannot be completed
    .sentence = The response from the sign-in service does not belong to a sign-in that was started here. Nothing was changed.
problem-sign-in-expired = This sign-in has expired
    .sentence = It took too long, was already used, or was started in another browser.
    .advice = If this keeps happening, allow cookies for this site.
problem-answer-invalid = The response from the sign-in service was not accepted
    .sentence = The response did not pass our checks, so you were not signed in.
problem-other-person = That was a different account
    .sentence = The account at the sign-in service is not the account that is signed in here.
problem-step-up = This page needs a stronger sign-in
    .sentence = The page asks for a stronger or more recent sign-in, and the sign-in service did not confirm one. Nothing was changed.
    .advice = Trying again helps only if you sign in differently, for instance with a second factor. Otherwise ask the operator of this application.
problem-loop = Sign-in keeps restarting
    .sentence = You were sent to sign in { $count } times in a row without reaching the page. We stopped so that this does not go on forever.
    .advice = The usual causes: cookies are blocked, a clock is wrong, or the application does not accept the sign-in. Wait a minute, then start again.
problem-consent-done = You are back from administrator consent
    .sentence = If permission was given, it applies from the next sign-in on. It can take a few minutes to take effect.

## What did not work: access

problem-not-allowed = You don't have access
    .advice = You are signed in at the sign-in service, but not here. The operator of this application decides who has access.
not-allowed-tenant = Your organisation does not have access to this application.
not-allowed-tenant-missing = The sign-in service did not say which organisation you belong to, and this application requires it.
not-allowed-role = You have none of the roles that this application requires.
not-allowed-group = You are in none of the groups that this application requires.
not-allowed-groups-unknown = Your groups could not be read just now, and this application requires one. Please try again in a minute.
not-allowed-email = Your e-mail address is not on this application's list.
not-allowed-email-unverified = This application admits people by their e-mail address, and yours is not verified by the sign-in service.
problem-consent-required = The API cannot be called yet
    .sentence = The application needs these permissions to call the API, and they were not granted.
    .administrator = Only an administrator can grant these permissions in this directory. Ask an administrator to grant admin consent to this application; signing in again does not help.
problem-permission-missing = { $name } cannot be used yet
    .sentence = This application may not use { $name } for you yet: a permission was not granted.
    .administrator = Only an administrator can grant the permission. Ask an administrator to agree to this application; signing in again does not help.

## What did not work: outages

problem-authority-unavailable = The sign-in service does not answer
    .sentence = We cannot reach it just now. Please try again shortly.
    .advice = Whoever is signed in already can go on.
problem-authority-busy = The sign-in service is busy
    .sentence = It asks us to wait. Please try again shortly.
problem-credential-unavailable = This application cannot authenticate just now
    .sentence = The platform that it runs on gives it no credential just now. Please try again shortly.
problem-refresh-in-progress = Your sign-in is being renewed
    .sentence = The sign-in service takes its time. Please try again in a moment.
problem-misconfigured = This application is not set up right
    .sentence = The sign-in service and this application do not fit together. Its operator must act and finds the reason in the log.
    .credential = Its own credential for the sign-in service cannot be used. Its operator must act and finds the reason in the log.
    .nobody = The sign-in service does not say who you are. The operator of this application must add the claim "User's Object ID" (oid) to the user flow, and finds more in the log.
problem-api-unavailable = { $name } did not answer
    .sentence = The service behind this page did not answer, or broke off.
    .advice = You are still signed in, and the rest of this site works.
problem-api-timed-out = { $name } did not answer in time
    .sentence = The service behind this page took too long. Please try again.
    .advice = You are still signed in, and the rest of this site works.
problem-api-throttled = { $name } is busy
    .sentence =
        { $seconds ->
            [one] It cannot answer you now. Please try again in one second.
           *[other] It cannot answer you now. Please try again in { $seconds } seconds.
        }
problem-upstream-unavailable = { $name } does not answer
    .sentence = This part of the site is not available just now. Please try again shortly.
    .advice = You are still signed in, and the rest of this site works.
problem-busy = Your change has not arrived here yet
    .sentence = Your session was being renewed at the same time. Please try again in a moment.
problem-groups-unavailable = Your groups could not be read
    .sentence = This application admits members of certain groups, and the directory does not give us yours just now. Nobody was signed out; please try again in a moment.
problem-unavailable = Something is wrong on our side
    .sentence = We cannot tell just now who is signed in. Nobody was signed out; please try again in a moment.

## What the sign-in service refused

refused-several-accounts = Several accounts are signed in
    .sentence = Choose the account that you want to use here.
refused-foreign-account = This account belongs elsewhere
    .sentence = Your account is not known in this organisation's directory. Use another account, or ask to be invited.
refused-password-expired = Your password has expired
    .sentence = Sign in again and choose a new password.
refused-account-disabled = Your account is disabled
    .sentence = Your organisation has disabled this account. Its help desk can tell why.
refused-no-session = Please sign in again
    .sentence = The sign-in service has no session for you any more.
refused-sign-in-ended = Please sign in again
    .sentence = Your sign-in at the sign-in service has ended.
refused-extra-proof = One more step is needed
    .sentence = Your organisation asks for another proof, such as a code on your phone. Sign in again to give it.
refused-grant-over = Your sign-in has expired
    .sentence = The sign-in service asks you to sign in again.
refused-attention-needed = Please sign in again
    .sentence = The sign-in service asks for your attention.
refused-cancelled = You cancelled
    .sentence = Nothing was changed.
refused-forgot-password = Forgot your password?
    .sentence = This site has no page of its own to reset a password. Use the sign-in service's, or ask for help.
refused-link-over = This link is not valid any more
    .sentence = Ask for a new one, or sign in without it.
refused-attempt-mismatch = This sign-in cannot be completed
    .sentence = Please start again.
refused-denied = The sign-in was not completed
    .sentence = It was cancelled, or the sign-in service did not allow it.
refused-not-assigned = You are not assigned to this application
    .sentence = Your organisation lets only chosen people in. Ask your administrator to assign you.
refused-conditional-access = Your organisation's rules do not allow this
    .sentence = A Conditional Access rule refuses this device, place or application. Your help desk can tell which.
refused-device-rule = Your organisation's rules do not allow this device
    .sentence = Use a device that your organisation manages, or ask your help desk. Signing in again on this device does not help.
refused-consent-missing = Consent is missing
    .sentence = This application needs a permission that nobody has granted yet. Sign in again to grant it, or ask your administrator.
refused-administrator-consent = An administrator must agree first
    .sentence = This application needs permissions that only an administrator of the directory can grant. Ask yours; signing in again does not help.
refused-consent-declined = You declined
    .sentence = Without the permissions it asked for, the application cannot go on. Nothing was shared.
refused-request-loop = Too many sign-ins in a row
    .sentence = The sign-in service has noticed a loop. Close the other tabs of this site and try again in a minute.
refused-busy = The sign-in service is busy
    .sentence = Please try again in a minute.
refused-authority-problem = The sign-in service had a problem
    .sentence = Please try again in a minute.
refused-policy-message = The sign-in was not completed
    .sentence = The rules of the sign-in service refused it. Its operator can tell why.
refused-configuration = This application is not set up right
    .sentence = The sign-in service does not accept this application as it is configured. Its operator must act; trying again does not help.
    .redirect-uri = Register exactly this redirect address at the sign-in service:
refused-other = The sign-in was not completed
    .sentence = The sign-in service answered with an error.
