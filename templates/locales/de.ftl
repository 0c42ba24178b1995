# Deutsch

## This language

language-name = Deutsch
direction = ltr
date-locale = de-DE

## Around every page

skip = Zum Inhalt springen
sign-in = Anmelden
sign-out = Abmelden
signed-in-as = Angemeldet als
your-account = Ihr Konto
home = Startseite
you = Sie
sessions = Sitzungen
token-details = Token-Details
back = Zurück
guarded = Geschützt durch gatehouse
support = Hilfe und Kontakt
imprint = Impressum
privacy = Datenschutz
terms = Nutzungsbedingungen
language = Sprache
language-choose = Ändern

## Home

home-signed-in = Sie sind angemeldet
home-welcome = Willkommen, { $name }
home-access = Sie haben Zugang zu { $site }.
home-signed-out = Sie sind nicht angemeldet.
home-sign-in = Melden Sie sich an, um { $site } zu nutzen.
home-curious = Diese Seite sehen nur angemeldete Personen. Bis dahin antwortet sie mit 401:
home-apis = Eine Web-API aufrufen
home-apis-hint = Rufen Sie eine API in Ihrem Namen auf und sehen Sie die Antwort.
home-you-hint = Ihr Name, Ihr Konto und wie Sie sich angemeldet haben
home-token-details-hint = Was der Anmeldedienst über Sie mitteilt
home-sessions-hint = Wo Sie angemeldet sind und wie Sie sich dort abmelden
edit-profile = Profil bearbeiten
edit-profile-hint = Ihren Namen und weitere Angaben ändern
reset-password = Passwort zurücksetzen
reset-password-hint = Ein neues Passwort wählen
developer = Für Entwickler
developer-redirect-uri = Registrieren Sie diese Weiterleitungsadresse beim Anmeldedienst:

## News, shown once

news-sign-in-cancelled = Sie haben die Anmeldung abgebrochen.
news-edit-cancelled = Sie haben abgebrochen. Ihr Profil wurde nicht geändert.
news-reset-cancelled = Sie haben abgebrochen. Ihr Passwort wurde nicht geändert.
news-profile-updated = Ihr Profil wurde aktualisiert.
news-sessions-ended =
    { $count ->
        [0] Es wurde keine Sitzung beendet.
        [one] Eine Sitzung wurde beendet.
       *[other] { $count } Sitzungen wurden beendet.
    }
news-session-ended = Ihre Sitzung wurde beendet, hier oder an einem anderen Ort. Melden Sie sich wieder an, um fortzufahren.
news-session-expired = Ihre Sitzung ist abgelaufen. Melden Sie sich wieder an, um fortzufahren.
news-session-not-allowed = Sie haben keinen Zugang mehr, deshalb wurde Ihre Sitzung beendet. Wenden Sie sich an den Betreiber dieser Website, wenn Sie das für einen Irrtum halten.
news-session-renamed = Der Name der Sitzung wurde gespeichert.

## Sign-out

sign-out-title = Abmelden?
sign-out-sentence = Sie werden hier und beim Anmeldedienst abgemeldet.
sign-out-stay = Angemeldet bleiben
signed-out = Abgemeldet
signed-out-title = Sie haben sich abgemeldet
signed-out-everywhere = Sie sind hier und beim Anmeldedienst abgemeldet.
signed-out-here-only = Ihre Sitzung hier ist beendet. Beim Anmeldedienst sind Sie möglicherweise noch angemeldet.
signed-out-nobody = In diesem Browser gibt es keine Sitzung.
signed-out-shared = An einem gemeinsam genutzten Computer schließen Sie jetzt bitte den Browser.
signed-out-onward = Weiter

## Sessions

sessions-title = Meine Sitzungen
sessions-lead = Die Browser, in denen Sie bei { $site } angemeldet sind. Beenden Sie jede Sitzung, die Sie nicht kennen.
session-this = Dieser Browser
session-seen = Zuletzt benutzt
session-created = Angemeldet
session-expires = Endet spätestens
session-network = Netz
session-end = Beenden
session-end-which = Beenden: die Sitzung von { $browser }, begonnen am { $when }
session-name = Name
session-name-save = Speichern
session-name-hint = Ein Name hilft Ihnen, diese Sitzung zu erkennen, zum Beispiel „Tablet in der Küche“.
sessions-end-others = Alle anderen Sitzungen beenden
sessions-end-others-title = Alle anderen Sitzungen beenden?
sessions-end-others-sentence = Sie werden in allen anderen Browsern abgemeldet. In diesem Browser bleiben Sie angemeldet.
sessions-keep = Beibehalten
sessions-only = Sie sind sonst nirgends angemeldet.
browser-on-system = { $browser } auf { $system }
browser-unknown = Unbekannter Browser

## You

you-name = Name
you-account = Konto
you-directory = Verzeichnis
you-method = Art der Anmeldung
you-since = Angemeldet
you-other-account = Anderes Konto verwenden
method-password = Passwort
method-several = Passwort und ein weiterer Nachweis
method-key = Schlüssel oder Gerät
method-code = Code per Nachricht oder App
method-other = Beim Anmeldedienst

## Details of the ID token

token-details-title = Details des ID-Tokens
token-details-caption = Angaben im ID-Token
token-details-claim = Angabe
token-details-value = Wert
token-details-empty-list = Eine leere Liste
token-details-more =
    { $count ->
        [one] und ein weiterer
       *[other] und { $count } weitere
    }
token-details-hidden = Werte, die nur das Protokoll braucht, werden nicht gezeigt.
token-details-none = Das ID-Token enthält keine Angaben, die hier gezeigt werden können.
claim-aud = Die Anwendung, für die dieses Token gilt
claim-iss = Wer dieses Token ausgestellt hat
claim-sub = Ihre Kennung bei dieser Anwendung
claim-oid = Ihre Kennung im Verzeichnis
claim-tid = Das Verzeichnis, zu dem Ihr Konto gehört
claim-sid = Ihre Sitzung beim Anmeldedienst
claim-name = Ihr Name
claim-given-name = Ihr Vorname
claim-family-name = Ihr Nachname
claim-username = Der Name, mit dem Sie sich anmelden
claim-email = Ihre E-Mail-Adresse
claim-emails = Ihre E-Mail-Adressen
claim-roles = Was Sie in dieser Anwendung dürfen
claim-groups = Die Gruppen, zu denen Sie gehören
claim-idp = Woher Ihr Konto stammt
claim-way = Auf welchem Weg Sie sich angemeldet haben
claim-amr = Womit Sie sich ausgewiesen haben
claim-acct = Mitglied (0) oder Gast (1) des Verzeichnisses
claim-auth-time = Wann Sie sich angemeldet haben
claim-exp = Wann dieses Token abläuft
claim-ver = Die Version dieses Tokens

## Result of an API call

api-result = API-Ergebnis
api-result-title = Ergebnis des API-Aufrufs
api-result-again = Erneut aufrufen
api-result-status = Status
api-result-binary =
    { $bytes ->
        [one] Die Antwort ist kein Text (ein Byte) und wird deshalb nicht gezeigt.
       *[other] Die Antwort ist kein Text ({ $bytes } Bytes) und wird deshalb nicht gezeigt.
    }
api-result-region = Antwort der API
api-result-cut = Die Antwort ist länger; nur ihr Anfang wird gezeigt.
api-result-empty = Die Antwort hat keinen Inhalt.
api-result-type = Inhaltstyp

## Times

ago-now = gerade eben
ago-minutes =
    { $count ->
        [one] vor { $count } Minute
       *[other] vor { $count } Minuten
    }
ago-hours =
    { $count ->
        [one] vor { $count } Stunde
       *[other] vor { $count } Stunden
    }
ago-days =
    { $count ->
        [one] vor { $count } Tag
       *[other] vor { $count } Tagen
    }
in-minutes =
    { $count ->
        [one] in { $count } Minute
       *[other] in { $count } Minuten
    }
in-hours =
    { $count ->
        [one] in { $count } Stunde
       *[other] in { $count } Stunden
    }
in-days =
    { $count ->
        [one] in { $count } Tag
       *[other] in { $count } Tagen
    }

## What did not work: what to do about it

try-again = Erneut versuchen
start-again = Neu beginnen
other-account = Anderes Konto verwenden
ask-again = Erneut fragen
details = Angaben für den Support
details-hint = Wenn Sie um Hilfe bitten, geben Sie diese Angaben mit
detail-request-id = Anfragenummer
detail-code = Code
detail-correlation-id = Korrelations-ID
detail-authority-time = Zeit beim Anmeldedienst
detail-time = Zeit
reloads = Diese Seite versucht es von selbst wieder.

## What did not work: the kind

kind-sign-in = Anmeldung nicht abgeschlossen
kind-soon = Versuchen Sie es gleich noch einmal
kind-later = Versuchen Sie es später noch einmal
kind-unchanged = Es wurde nichts geändert
kind-stopped = Angehalten
kind-permission = Berechtigung fehlt
kind-unavailable = Nicht verfügbar
kind-consent = Zustimmung des Administrators

## What did not work: pages and requests

problem-not-signed-in = Sie sind nicht angemeldet
    .sentence = Bitte melden Sie sich an, um diese Seite zu sehen.
    .developer = Für diese Seite müssen Sie angemeldet sein. Die Schaltfläche zum Anmelden finden Sie oben auf der Seite.
problem-method-not-allowed = Das geht hier nicht
    .sentence = Diese Adresse nimmt solche Anfragen nicht an.
problem-too-large = Das ist zu groß
    .sentence = Die Anfrage ist größer, als diese Adresse annimmt.
problem-not-found = Seite nicht gefunden
    .sentence = Unter dieser Adresse gibt es keine Seite.
problem-too-slow = Das hat zu lange gedauert
    .sentence = Die Anfrage kam nicht rechtzeitig an. Bitte versuchen Sie es noch einmal.
problem-not-a-form = Das geht hier nicht
    .sentence = Diese Adresse nimmt nur Formulare an.
problem-failed = Bei uns ist etwas schiefgegangen
    .sentence = Bitte versuchen Sie es gleich noch einmal.
problem-bad-request = Diese Anfrage ist nicht lesbar
    .sentence = Bitte gehen Sie zurück und versuchen Sie es noch einmal.
problem-cross-site = Bitte nutzen Sie die Schaltflächen dieser Website
    .sentence = Die Anfrage kam nicht von einer Seite dieser Website, deshalb ist nichts geschehen.
problem-too-many = Zu viele Anfragen
    .sentence = Aus Ihrem Netz kamen zu viele Anfragen. Bitte warten Sie einen Moment.
problem-unknown-host = Unter dieser Adresse gibt es nichts
    .sentence = Vielleicht ist die Adresse falsch geschrieben, oder die Website ist umgezogen.
problem-not-ready = Diese Website ist noch nicht bereit
    .sentence = Sie wird gerade eingerichtet oder geändert. Bitte versuchen Sie es in einer Minute noch einmal.

## What did not work: sign-in

problem-sign-in-invalid = Diese Anmeldung kann nicht abgeschlossen werden
    .sentence = Die Antwort des Anmeldedienstes gehört zu keiner Anmeldung, die hier begonnen wurde. Es wurde nichts geändert.
problem-sign-in-expired = Diese Anmeldung ist abgelaufen
    .sentence = Sie hat zu lange gedauert, wurde schon benutzt oder in einem anderen Browser begonnen.
    .advice = Wenn das immer wieder geschieht, erlauben Sie Cookies für diese Website.
problem-answer-invalid = Die Antwort des Anmeldedienstes wurde nicht angenommen
    .sentence = Die Antwort hat unsere Prüfungen nicht bestanden, deshalb wurden Sie nicht angemeldet.
problem-other-person = Das war ein anderes Konto
    .sentence = Das Konto beim Anmeldedienst ist nicht das Konto, das hier angemeldet ist.
problem-step-up = Diese Seite verlangt eine stärkere Anmeldung
    .sentence = Die Seite verlangt eine stärkere oder neuere Anmeldung, und der Anmeldedienst hat keine bestätigt. Es wurde nichts geändert.
    .advice = Ein neuer Versuch hilft nur, wenn Sie sich anders anmelden, zum Beispiel mit einem zweiten Faktor. Fragen Sie sonst den Betreiber dieser Anwendung.
problem-loop = Die Anmeldung beginnt immer wieder von vorn
    .sentence = Sie wurden { $count } Mal nacheinander zur Anmeldung geschickt, ohne die Seite zu erreichen. Wir haben angehalten, damit das nicht endlos so weitergeht.
    .advice = Die üblichen Ursachen: Cookies sind gesperrt, eine Uhr geht falsch, oder die Anwendung nimmt die Anmeldung nicht an. Warten Sie eine Minute und beginnen Sie dann neu.
problem-consent-done = Sie sind zurück von der Zustimmung des Administrators
    .sentence = Wenn die Berechtigung erteilt wurde, gilt sie ab der nächsten Anmeldung. Es kann einige Minuten dauern, bis sie wirkt.

## What did not work: access

problem-not-allowed = Sie haben keinen Zugang
    .advice = Sie sind beim Anmeldedienst angemeldet, aber nicht hier. Der Betreiber dieser Anwendung entscheidet, wer Zugang hat.
not-allowed-tenant = Ihre Organisation hat keinen Zugang zu dieser Anwendung.
not-allowed-tenant-missing = Der Anmeldedienst hat nicht gesagt, zu welcher Organisation Sie gehören, und diese Anwendung verlangt das.
not-allowed-role = Sie haben keine der Rollen, die diese Anwendung verlangt.
not-allowed-group = Sie sind in keiner der Gruppen, die diese Anwendung verlangt.
not-allowed-groups-unknown = Ihre Gruppen konnten gerade nicht gelesen werden, und diese Anwendung verlangt eine. Bitte versuchen Sie es in einer Minute noch einmal.
not-allowed-email = Ihre E-Mail-Adresse steht nicht auf der Liste dieser Anwendung.
not-allowed-email-unverified = Diese Anwendung lässt Personen nach ihrer E-Mail-Adresse zu, und Ihre ist vom Anmeldedienst nicht bestätigt.
problem-consent-required = Die API kann noch nicht aufgerufen werden
    .sentence = Die Anwendung braucht diese Berechtigungen, um die API aufzurufen, und sie wurden nicht erteilt.
    .administrator = Nur ein Administrator kann diese Berechtigungen in diesem Verzeichnis erteilen. Bitten Sie einen Administrator, der Anwendung zuzustimmen; eine neue Anmeldung hilft nicht.
problem-permission-missing = { $name } kann noch nicht verwendet werden
    .sentence = Diese Anwendung darf { $name } noch nicht für Sie verwenden: Eine Berechtigung wurde nicht erteilt.
    .administrator = Nur ein Administrator kann die Berechtigung erteilen. Bitten Sie einen Administrator, der Anwendung zuzustimmen; eine neue Anmeldung hilft nicht.

## What did not work: outages

problem-authority-unavailable = Der Anmeldedienst antwortet nicht
    .sentence = Wir erreichen ihn gerade nicht. Bitte versuchen Sie es gleich noch einmal.
    .advice = Wer schon angemeldet ist, kann weiterarbeiten.
problem-authority-busy = Der Anmeldedienst ist ausgelastet
    .sentence = Er bittet uns zu warten. Bitte versuchen Sie es gleich noch einmal.
problem-credential-unavailable = Diese Anwendung kann sich gerade nicht ausweisen
    .sentence = Die Plattform, auf der sie läuft, stellt ihr gerade keinen Nachweis aus. Bitte versuchen Sie es gleich noch einmal.
problem-refresh-in-progress = Ihre Anmeldung wird gerade erneuert
    .sentence = Der Anmeldedienst braucht etwas Zeit. Bitte versuchen Sie es gleich noch einmal.
problem-misconfigured = Diese Anwendung ist nicht richtig eingerichtet
    .sentence = Der Anmeldedienst und diese Anwendung passen nicht zusammen. Der Betreiber muss handeln und findet den Grund im Protokoll.
    .credential = Ihr eigener Nachweis für den Anmeldedienst ist nicht benutzbar. Der Betreiber muss handeln und findet den Grund im Protokoll.
    .nobody = Der Anmeldedienst teilt nicht mit, wer Sie sind. Der Betreiber dieser Anwendung muss die Angabe „User's Object ID“ (oid) zum Benutzerflow hinzufügen und findet mehr im Protokoll.
problem-api-unavailable = { $name } hat nicht geantwortet
    .sentence = Der Dienst hinter dieser Seite hat nicht geantwortet oder die Verbindung abgebrochen.
    .advice = Sie sind weiterhin angemeldet, und der Rest dieser Website funktioniert.
problem-api-timed-out = { $name } hat nicht rechtzeitig geantwortet
    .sentence = Der Dienst hinter dieser Seite hat zu lange gebraucht. Bitte versuchen Sie es noch einmal.
    .advice = Sie sind weiterhin angemeldet, und der Rest dieser Website funktioniert.
problem-api-throttled = { $name } ist ausgelastet
    .sentence =
        { $seconds ->
            [one] Der Dienst kann Ihnen gerade nicht antworten. Bitte versuchen Sie es in einer Sekunde noch einmal.
           *[other] Der Dienst kann Ihnen gerade nicht antworten. Bitte versuchen Sie es in { $seconds } Sekunden noch einmal.
        }
problem-upstream-unavailable = { $name } antwortet nicht
    .sentence = Dieser Teil der Website ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.
    .advice = Sie sind weiterhin angemeldet, und der Rest dieser Website funktioniert.
problem-busy = Ihre Änderung ist hier noch nicht angekommen
    .sentence = Ihre Sitzung wurde zur selben Zeit erneuert. Bitte versuchen Sie es gleich noch einmal.
problem-groups-unavailable = Ihre Gruppen konnten nicht gelesen werden
    .sentence = Diese Anwendung lässt Mitglieder bestimmter Gruppen zu, und das Verzeichnis nennt uns Ihre gerade nicht. Niemand wurde abgemeldet; bitte versuchen Sie es gleich noch einmal.
problem-unavailable = Bei uns stimmt etwas nicht
    .sentence = Wir können gerade nicht feststellen, wer angemeldet ist. Niemand wurde abgemeldet; bitte versuchen Sie es gleich noch einmal.

## What the sign-in service refused

refused-several-accounts = Mehrere Konten sind angemeldet
    .sentence = Wählen Sie das Konto, das Sie hier verwenden möchten.
refused-foreign-account = Dieses Konto gehört woandershin
    .sentence = Ihr Konto ist im Verzeichnis dieser Organisation nicht bekannt. Verwenden Sie ein anderes Konto, oder bitten Sie um eine Einladung.
refused-password-expired = Ihr Passwort ist abgelaufen
    .sentence = Melden Sie sich erneut an und wählen Sie ein neues Passwort.
refused-account-disabled = Ihr Konto ist deaktiviert
    .sentence = Ihre Organisation hat dieses Konto deaktiviert. Der Helpdesk kann Ihnen sagen, warum.
refused-no-session = Bitte melden Sie sich erneut an
    .sentence = Beim Anmeldedienst besteht keine Sitzung mehr für Sie.
refused-sign-in-ended = Bitte melden Sie sich erneut an
    .sentence = Ihre Anmeldung beim Anmeldedienst ist beendet.
refused-extra-proof = Es fehlt noch ein Schritt
    .sentence = Ihre Organisation verlangt einen weiteren Nachweis, zum Beispiel einen Code auf Ihrem Telefon. Melden Sie sich erneut an, um ihn zu erbringen.
refused-grant-over = Ihre Anmeldung ist abgelaufen
    .sentence = Der Anmeldedienst bittet Sie, sich erneut anzumelden.
refused-attention-needed = Bitte melden Sie sich erneut an
    .sentence = Der Anmeldedienst bittet um Ihre Aufmerksamkeit.
refused-cancelled = Sie haben abgebrochen
    .sentence = Es wurde nichts geändert.
refused-forgot-password = Passwort vergessen?
    .sentence = Diese Website hat keine eigene Seite, um ein Passwort zurückzusetzen. Nutzen Sie die des Anmeldedienstes, oder bitten Sie um Hilfe.
refused-link-over = Dieser Link gilt nicht mehr
    .sentence = Fordern Sie einen neuen an, oder melden Sie sich ohne ihn an.
refused-attempt-mismatch = Diese Anmeldung kann nicht abgeschlossen werden
    .sentence = Bitte beginnen Sie neu.
refused-denied = Die Anmeldung wurde nicht abgeschlossen
    .sentence = Sie wurde abgebrochen, oder der Anmeldedienst hat sie nicht erlaubt.
refused-not-assigned = Sie sind dieser Anwendung nicht zugewiesen
    .sentence = Ihre Organisation lässt nur ausgewählte Personen zu. Bitten Sie Ihren Administrator, Sie zuzuweisen.
refused-conditional-access = Die Regeln Ihrer Organisation erlauben das nicht
    .sentence = Eine Regel für bedingten Zugriff lehnt dieses Gerät, diesen Ort oder diese Anwendung ab. Ihr Helpdesk kann sagen, welche.
refused-device-rule = Die Regeln Ihrer Organisation erlauben dieses Gerät nicht
    .sentence = Verwenden Sie ein Gerät, das Ihre Organisation verwaltet, oder fragen Sie Ihren Helpdesk. Eine neue Anmeldung auf diesem Gerät hilft nicht.
refused-consent-missing = Eine Zustimmung fehlt
    .sentence = Diese Anwendung braucht eine Berechtigung, die noch niemand erteilt hat. Melden Sie sich erneut an, um sie zu erteilen, oder fragen Sie Ihren Administrator.
refused-administrator-consent = Ein Administrator muss zuerst zustimmen
    .sentence = Diese Anwendung braucht Berechtigungen, die nur ein Administrator des Verzeichnisses erteilen kann. Fragen Sie Ihren; eine neue Anmeldung hilft nicht.
refused-consent-declined = Sie haben abgelehnt
    .sentence = Ohne die erbetenen Berechtigungen kann die Anwendung nicht weiterarbeiten. Es wurde nichts weitergegeben.
refused-request-loop = Zu viele Anmeldungen nacheinander
    .sentence = Der Anmeldedienst hat eine Schleife bemerkt. Schließen Sie die anderen Tabs dieser Website, und versuchen Sie es in einer Minute noch einmal.
refused-busy = Der Anmeldedienst ist ausgelastet
    .sentence = Bitte versuchen Sie es in einer Minute noch einmal.
refused-authority-problem = Der Anmeldedienst hatte ein Problem
    .sentence = Bitte versuchen Sie es in einer Minute noch einmal.
refused-policy-message = Die Anmeldung wurde nicht abgeschlossen
    .sentence = Die Regeln des Anmeldedienstes haben sie abgelehnt. Dessen Betreiber kann sagen, warum.
refused-configuration = Diese Anwendung ist nicht richtig eingerichtet
    .sentence = Der Anmeldedienst nimmt diese Anwendung so nicht an, wie sie eingerichtet ist. Der Betreiber muss handeln; ein neuer Versuch hilft nicht.
    .redirect-uri = Registrieren Sie genau diese Weiterleitungsadresse beim Anmeldedienst:
refused-other = Die Anmeldung wurde nicht abgeschlossen
    .sentence = Der Anmeldedienst hat mit einem Fehler geantwortet.
