# Nederlands

## This language

language-name = Nederlands
direction = ltr
date-locale = nl-NL

## Around every page

skip = Naar de inhoud
sign-in = Aanmelden
sign-out = Afmelden
signed-in-as = Aangemeld als
your-account = Uw account
home = Start
you = U
sessions = Sessies
token-details = Tokengegevens
back = Terug
guarded = Beschermd door gatehouse
support = Hulp en ondersteuning
imprint = Colofon
privacy = Privacy
terms = Gebruiksvoorwaarden
language = Taal
language-choose = Wijzigen

## Home

home-signed-in = U bent aangemeld
home-welcome = Welkom { $name }
home-access = U hebt toegang tot { $site }.
home-signed-out = U bent niet aangemeld.
home-sign-in = Meld u aan om verder te gaan naar { $site }.
home-curious = Alleen wie is aangemeld, ziet deze pagina. Tot dan antwoordt zij met 401:
home-apis = Een web-API aanroepen
home-apis-hint = Roep een API aan namens uzelf en bekijk het antwoord.
home-you-hint = Uw naam, uw account en hoe u zich hebt aangemeld
home-token-details-hint = Wat de aanmeldservice over u meldt
home-sessions-hint = Waar u bent aangemeld en hoe u zich daar afmeldt
edit-profile = Profiel bewerken
edit-profile-hint = Uw naam en andere gegevens wijzigen
reset-password = Wachtwoord opnieuw instellen
reset-password-hint = Een nieuw wachtwoord kiezen
developer = Voor de ontwikkelaar
developer-redirect-uri = Registreer dit omleidingsadres bij de aanmeldservice:

## News, shown once

news-sign-in-cancelled = U hebt het aanmelden geannuleerd.
news-edit-cancelled = U hebt geannuleerd. Uw profiel is niet gewijzigd.
news-reset-cancelled = U hebt geannuleerd. Uw wachtwoord is niet gewijzigd.
news-profile-updated = Uw profiel is bijgewerkt.
news-sessions-ended =
    { $count ->
        [0] Er is geen sessie beëindigd.
        [one] Eén sessie is beëindigd.
       *[other] { $count } sessies zijn beëindigd.
    }
news-session-ended = Uw sessie is beëindigd, hier of ergens anders. Meld u opnieuw aan om verder te gaan.
news-session-expired = Uw sessie is verlopen. Meld u opnieuw aan om verder te gaan.
news-session-not-allowed = U hebt geen toegang meer, daarom is uw sessie beëindigd. Neem contact op met de beheerder van deze site als u denkt dat dit niet klopt.
news-session-renamed = De naam van de sessie is opgeslagen.

## Sign-out

sign-out-title = Afmelden?
sign-out-sentence = U wordt hier en bij de aanmeldservice afgemeld.
sign-out-stay = Aangemeld blijven
signed-out = Afgemeld
signed-out-title = U hebt zich afgemeld
signed-out-everywhere = U bent hier en bij de aanmeldservice afgemeld.
signed-out-here-only = Uw sessie hier is beëindigd. Bij de aanmeldservice bent u mogelijk nog aangemeld.
signed-out-nobody = Er is geen sessie in deze browser.
signed-out-shared = Sluit op een gedeelde computer nu de browser.
signed-out-onward = Doorgaan

## Sessions

sessions-title = Mijn sessies
sessions-lead = De browsers waarin u bij { $site } bent aangemeld. Beëindig elke sessie die u niet herkent.
session-this = Deze browser
session-seen = Laatst gebruikt
session-created = Aangemeld
session-expires = Verloopt uiterlijk
session-network = Netwerk
session-end = Beëindigen
session-end-which = Beëindigen: de sessie van { $browser }, begonnen op { $when }
session-name = Naam
session-name-save = Opslaan
session-name-hint = Met een naam herkent u deze sessie, bijvoorbeeld ‘Tablet in de keuken’.
sessions-end-others = Alle andere sessies beëindigen
sessions-end-others-title = Alle andere sessies beëindigen?
sessions-end-others-sentence = U wordt in alle andere browsers afgemeld. In deze browser blijft u aangemeld.
sessions-keep = Behouden
sessions-only = U bent nergens anders aangemeld.
browser-on-system = { $browser } op { $system }
browser-unknown = Onbekende browser

## You

you-name = Naam
you-account = Account
you-directory = Directory
you-method = Manier van aanmelden
you-since = Aangemeld
you-other-account = Een ander account gebruiken
method-password = Wachtwoord
method-several = Wachtwoord en nog een bewijs
method-key = Sleutel of apparaat
method-code = Code via bericht of app
method-other = Bij de aanmeldservice

## Details of the ID token

token-details-title = Gegevens van het ID-token
token-details-caption = Gegevens in het ID-token
token-details-claim = Gegeven
token-details-value = Waarde
token-details-empty-list = Een lege lijst
token-details-more =
    { $count ->
        [one] en nog één
       *[other] en nog { $count }
    }
token-details-hidden = Waarden die alleen het protocol nodig heeft, worden niet getoond.
token-details-none = Het ID-token bevat geen gegevens die hier getoond kunnen worden.
claim-aud = De toepassing waarvoor dit token is
claim-iss = Wie dit token heeft uitgegeven
claim-sub = Uw kenmerk bij deze toepassing
claim-oid = Uw kenmerk in de directory
claim-tid = De directory waartoe uw account behoort
claim-sid = Uw sessie bij de aanmeldservice
claim-name = Uw naam
claim-given-name = Uw voornaam
claim-family-name = Uw achternaam
claim-username = De naam waarmee u zich aanmeldt
claim-email = Uw e-mailadres
claim-emails = Uw e-mailadressen
claim-roles = Wat u in deze toepassing mag
claim-groups = De groepen waartoe u behoort
claim-idp = Waar uw account vandaan komt
claim-way = De manier waarop u zich hebt aangemeld
claim-amr = Hoe u hebt aangetoond wie u bent
claim-acct = Lid (0) of gast (1) van de directory
claim-auth-time = Wanneer u zich hebt aangemeld
claim-exp = Wanneer dit token verloopt
claim-ver = De versie van dit token

## Result of an API call

api-result = API-resultaat
api-result-title = Resultaat van de API-aanroep
api-result-again = Opnieuw aanroepen
api-result-status = Status
api-result-binary =
    { $bytes ->
        [one] Het antwoord is geen tekst (één byte) en wordt daarom niet getoond.
       *[other] Het antwoord is geen tekst ({ $bytes } bytes) en wordt daarom niet getoond.
    }
api-result-region = Antwoord van de API
api-result-cut = Het antwoord is langer; alleen het begin wordt getoond.
api-result-empty = Het antwoord heeft geen inhoud.
api-result-type = Inhoudstype

## Times

ago-now = zojuist
ago-minutes =
    { $count ->
        [one] { $count } minuut geleden
       *[other] { $count } minuten geleden
    }
ago-hours =
    { $count ->
        [one] { $count } uur geleden
       *[other] { $count } uur geleden
    }
ago-days =
    { $count ->
        [one] { $count } dag geleden
       *[other] { $count } dagen geleden
    }
in-minutes =
    { $count ->
        [one] over { $count } minuut
       *[other] over { $count } minuten
    }
in-hours =
    { $count ->
        [one] over { $count } uur
       *[other] over { $count } uur
    }
in-days =
    { $count ->
        [one] over { $count } dag
       *[other] over { $count } dagen
    }

## What did not work: what to do about it

try-again = Opnieuw proberen
start-again = Opnieuw beginnen
other-account = Een ander account gebruiken
ask-again = Opnieuw vragen
details = Gegevens voor ondersteuning
details-hint = Vermeld deze gegevens als u om hulp vraagt
detail-request-id = Aanvraagnummer
detail-code = Code
detail-correlation-id = Correlatie-id
detail-authority-time = Tijd bij de aanmeldservice
detail-time = Tijd
reloads = Deze pagina probeert het vanzelf opnieuw.

## What did not work: the kind

kind-sign-in = Aanmelden niet voltooid
kind-soon = Probeer het zo dadelijk opnieuw
kind-later = Probeer het later opnieuw
kind-unchanged = Er is niets gewijzigd
kind-stopped = Gestopt
kind-permission = Toestemming ontbreekt
kind-unavailable = Niet beschikbaar
kind-consent = Toestemming van de beheerder

## What did not work: pages and requests

problem-not-signed-in = U bent niet aangemeld
    .sentence = Meld u aan om deze pagina te zien.
    .developer = Voor deze pagina moet u aangemeld zijn. Gebruik de knop bovenaan de pagina om u aan te melden.
problem-method-not-allowed = Dit werkt hier niet
    .sentence = Dit adres accepteert dit soort verzoeken niet.
problem-too-large = Dit is te groot
    .sentence = Het verzoek is groter dan dit adres accepteert.
problem-not-found = Pagina niet gevonden
    .sentence = Er is geen pagina op dit adres.
problem-too-slow = Dat duurde te lang
    .sentence = Het verzoek kwam niet op tijd aan. Probeer het opnieuw.
problem-not-a-form = Dit werkt hier niet
    .sentence = Dit adres accepteert alleen formulieren.
problem-failed = Er ging iets mis aan onze kant
    .sentence = Probeer het zo dadelijk opnieuw.
problem-bad-request = Dit verzoek is niet leesbaar
    .sentence = Ga terug en probeer het opnieuw.
problem-cross-site = Gebruik de knoppen op deze site
    .sentence = Het verzoek kwam niet van een pagina van deze site, dus er is niets gedaan.
problem-too-many = Te veel verzoeken
    .sentence = Er kwamen te veel verzoeken vanaf uw netwerk. Wacht een moment.
problem-unknown-host = Er is niets op dit adres
    .sentence = Misschien is het adres verkeerd gespeld of is de site verhuisd.
problem-not-ready = Deze site is nog niet klaar
    .sentence = Zij wordt ingericht of gewijzigd. Probeer het over een minuut opnieuw.

## What did not work: sign-in

problem-sign-in-invalid = Dit aanmelden kan niet worden voltooid
    .sentence = Het antwoord van de aanmeldservice hoort niet bij een aanmelding die hier is begonnen. Er is niets gewijzigd.
problem-sign-in-expired = Deze aanmelding is verlopen
    .sentence = Het duurde te lang, zij was al gebruikt of zij is in een andere browser begonnen.
    .advice = Als dit blijft gebeuren, sta dan cookies toe voor deze site.
problem-answer-invalid = Het antwoord van de aanmeldservice is niet geaccepteerd
    .sentence = Het antwoord doorstond onze controles niet, dus u bent niet aangemeld.
problem-other-person = Dat was een ander account
    .sentence = Het account bij de aanmeldservice is niet het account dat hier is aangemeld.
problem-step-up = Deze pagina vraagt om een sterkere aanmelding
    .sentence = De pagina vraagt om een sterkere of recentere aanmelding, en de aanmeldservice heeft die niet bevestigd. Er is niets gewijzigd.
    .advice = Opnieuw proberen helpt alleen als u zich anders aanmeldt, bijvoorbeeld met een tweede factor. Vraag het anders de beheerder van deze toepassing.
problem-loop = Het aanmelden begint steeds opnieuw
    .sentence = U bent { $count } keer achter elkaar naar het aanmelden gestuurd zonder de pagina te bereiken. We zijn gestopt, zodat dit niet eindeloos doorgaat.
    .advice = De gebruikelijke oorzaken: cookies zijn geblokkeerd, een klok loopt verkeerd of de toepassing accepteert de aanmelding niet. Wacht een minuut en begin dan opnieuw.
problem-consent-done = U bent terug van de toestemming van de beheerder
    .sentence = Als toestemming is gegeven, geldt die vanaf de volgende aanmelding. Het kan enkele minuten duren voordat zij werkt.

## What did not work: access

problem-not-allowed = U hebt geen toegang
    .advice = U bent aangemeld bij de aanmeldservice, maar niet hier. De beheerder van deze toepassing bepaalt wie toegang heeft.
not-allowed-tenant = Uw organisatie heeft geen toegang tot deze toepassing.
not-allowed-tenant-missing = De aanmeldservice heeft niet gezegd bij welke organisatie u hoort, en deze toepassing vereist dat.
not-allowed-role = U hebt geen van de rollen die deze toepassing vereist.
not-allowed-group = U zit in geen van de groepen die deze toepassing vereist.
not-allowed-groups-unknown = Uw groepen konden zojuist niet worden gelezen, en deze toepassing vereist er een. Probeer het over een minuut opnieuw.
not-allowed-email = Uw e-mailadres staat niet op de lijst van deze toepassing.
not-allowed-email-unverified = Deze toepassing laat mensen toe op hun e-mailadres, en het uwe is niet bevestigd door de aanmeldservice.
problem-consent-required = De API kan nog niet worden aangeroepen
    .sentence = De toepassing heeft deze machtigingen nodig om de API aan te roepen, en ze zijn niet verleend.
    .administrator = Alleen een beheerder kan deze machtigingen in deze directory verlenen. Vraag een beheerder om toestemming te geven voor deze toepassing; opnieuw aanmelden helpt niet.
problem-permission-missing = { $name } kan nog niet worden gebruikt
    .sentence = Deze toepassing mag { $name } nog niet voor u gebruiken: een machtiging is niet verleend.
    .administrator = Alleen een beheerder kan de machtiging verlenen. Vraag een beheerder om toestemming te geven voor deze toepassing; opnieuw aanmelden helpt niet.

## What did not work: outages

problem-authority-unavailable = De aanmeldservice antwoordt niet
    .sentence = We kunnen haar op dit moment niet bereiken. Probeer het zo dadelijk opnieuw.
    .advice = Wie al is aangemeld, kan verder.
problem-authority-busy = De aanmeldservice heeft het druk
    .sentence = Zij vraagt ons te wachten. Probeer het zo dadelijk opnieuw.
problem-credential-unavailable = Deze toepassing kan zich op dit moment niet legitimeren
    .sentence = Het platform waarop zij draait, geeft haar op dit moment geen referenties. Probeer het zo dadelijk opnieuw.
problem-refresh-in-progress = Uw aanmelding wordt vernieuwd
    .sentence = De aanmeldservice heeft wat tijd nodig. Probeer het zo dadelijk opnieuw.
problem-misconfigured = Deze toepassing is niet goed ingesteld
    .sentence = De aanmeldservice en deze toepassing passen niet bij elkaar. De beheerder moet handelen en vindt de reden in het logboek.
    .credential = Haar eigen referenties voor de aanmeldservice zijn onbruikbaar. De beheerder moet handelen en vindt de reden in het logboek.
    .nobody = De aanmeldservice zegt niet wie u bent. De beheerder van deze toepassing moet het gegeven ‘User's Object ID’ (oid) aan de gebruikersstroom toevoegen en vindt meer in het logboek.
problem-api-unavailable = { $name } antwoordde niet
    .sentence = De dienst achter deze pagina antwoordde niet of brak af.
    .advice = U bent nog steeds aangemeld, en de rest van deze site werkt.
problem-api-timed-out = { $name } antwoordde niet op tijd
    .sentence = De dienst achter deze pagina deed er te lang over. Probeer het opnieuw.
    .advice = U bent nog steeds aangemeld, en de rest van deze site werkt.
problem-api-throttled = { $name } heeft het druk
    .sentence =
        { $seconds ->
            [one] De dienst kan u nu niet antwoorden. Probeer het over één seconde opnieuw.
           *[other] De dienst kan u nu niet antwoorden. Probeer het over { $seconds } seconden opnieuw.
        }
problem-upstream-unavailable = { $name } antwoordt niet
    .sentence = Dit deel van de site is op dit moment niet beschikbaar. Probeer het zo dadelijk opnieuw.
    .advice = U bent nog steeds aangemeld, en de rest van deze site werkt.
problem-busy = Uw wijziging is hier nog niet aangekomen
    .sentence = Uw sessie werd op hetzelfde moment vernieuwd. Probeer het zo dadelijk opnieuw.
problem-groups-unavailable = Uw groepen konden niet worden gelezen
    .sentence = Deze toepassing laat leden van bepaalde groepen toe, en de directory geeft ons de uwe op dit moment niet. Niemand is afgemeld; probeer het zo dadelijk opnieuw.
problem-unavailable = Er is iets mis aan onze kant
    .sentence = We kunnen op dit moment niet vaststellen wie is aangemeld. Niemand is afgemeld; probeer het zo dadelijk opnieuw.

## What the sign-in service refused

refused-several-accounts = Er zijn meerdere accounts aangemeld
    .sentence = Kies het account dat u hier wilt gebruiken.
refused-foreign-account = Dit account hoort ergens anders
    .sentence = Uw account is niet bekend in de directory van deze organisatie. Gebruik een ander account of vraag om een uitnodiging.
refused-password-expired = Uw wachtwoord is verlopen
    .sentence = Meld u opnieuw aan en kies een nieuw wachtwoord.
refused-account-disabled = Uw account is uitgeschakeld
    .sentence = Uw organisatie heeft dit account uitgeschakeld. De helpdesk kan zeggen waarom.
refused-no-session = Meld u opnieuw aan
    .sentence = De aanmeldservice heeft geen sessie meer voor u.
refused-sign-in-ended = Meld u opnieuw aan
    .sentence = Uw aanmelding bij de aanmeldservice is beëindigd.
refused-extra-proof = Er is nog één stap nodig
    .sentence = Uw organisatie vraagt om nog een bewijs, zoals een code op uw telefoon. Meld u opnieuw aan om het te geven.
refused-grant-over = Uw aanmelding is verlopen
    .sentence = De aanmeldservice vraagt u om u opnieuw aan te melden.
refused-attention-needed = Meld u opnieuw aan
    .sentence = De aanmeldservice vraagt uw aandacht.
refused-cancelled = U hebt geannuleerd
    .sentence = Er is niets gewijzigd.
refused-forgot-password = Wachtwoord vergeten?
    .sentence = Deze site heeft geen eigen pagina om een wachtwoord opnieuw in te stellen. Gebruik die van de aanmeldservice of vraag om hulp.
refused-link-over = Deze link is niet meer geldig
    .sentence = Vraag een nieuwe aan of meld u zonder link aan.
refused-attempt-mismatch = Dit aanmelden kan niet worden voltooid
    .sentence = Begin opnieuw.
refused-denied = Het aanmelden is niet voltooid
    .sentence = Het is geannuleerd, of de aanmeldservice stond het niet toe.
refused-not-assigned = U bent niet toegewezen aan deze toepassing
    .sentence = Uw organisatie laat alleen gekozen mensen toe. Vraag uw beheerder om u toe te wijzen.
refused-conditional-access = De regels van uw organisatie staan dit niet toe
    .sentence = Een regel voor voorwaardelijke toegang weigert dit apparaat, deze plaats of deze toepassing. Uw helpdesk kan zeggen welke.
refused-device-rule = De regels van uw organisatie staan dit apparaat niet toe
    .sentence = Gebruik een apparaat dat uw organisatie beheert of vraag het uw helpdesk. Opnieuw aanmelden op dit apparaat helpt niet.
refused-consent-missing = Er ontbreekt toestemming
    .sentence = Deze toepassing heeft een machtiging nodig die nog niemand heeft verleend. Meld u opnieuw aan om haar te verlenen of vraag het uw beheerder.
refused-administrator-consent = Een beheerder moet eerst toestemmen
    .sentence = Deze toepassing heeft machtigingen nodig die alleen een beheerder van de directory kan verlenen. Vraag de uwe; opnieuw aanmelden helpt niet.
refused-consent-declined = U hebt geweigerd
    .sentence = Zonder de gevraagde machtigingen kan de toepassing niet verder. Er is niets gedeeld.
refused-request-loop = Te veel aanmeldingen achter elkaar
    .sentence = De aanmeldservice heeft een lus opgemerkt. Sluit de andere tabbladen van deze site en probeer het over een minuut opnieuw.
refused-busy = De aanmeldservice heeft het druk
    .sentence = Probeer het over een minuut opnieuw.
refused-authority-problem = De aanmeldservice had een probleem
    .sentence = Probeer het over een minuut opnieuw.
refused-policy-message = Het aanmelden is niet voltooid
    .sentence = De regels van de aanmeldservice hebben het geweigerd. De beheerder daarvan kan zeggen waarom.
refused-configuration = Deze toepassing is niet goed ingesteld
    .sentence = De aanmeldservice accepteert deze toepassing niet zoals zij is ingesteld. De beheerder moet handelen; opnieuw proberen helpt niet.
    .redirect-uri = Registreer precies dit omleidingsadres bij de aanmeldservice:
refused-other = Het aanmelden is niet voltooid
    .sentence = De aanmeldservice antwoordde met een fout.
