# Polski

## This language

language-name = Polski
direction = ltr
date-locale = pl-PL

## Around every page

skip = Przejdź do treści
sign-in = Zaloguj się
sign-out = Wyloguj się
signed-in-as = Zalogowano jako
your-account = Twoje konto
home = Strona główna
you = Ty
sessions = Sesje
token-details = Szczegóły tokenu
back = Wstecz
guarded = Chronione przez gatehouse
support = Pomoc i wsparcie
imprint = Informacje prawne
privacy = Prywatność
terms = Warunki korzystania
language = Język
language-choose = Zmień

## Home

home-signed-in = Jesteś zalogowany(-a)
home-welcome = Witaj, { $name }
home-access = Masz dostęp do: { $site }.
home-signed-out = Nie jesteś zalogowany(-a).
home-sign-in = Zaloguj się, aby przejść do: { $site }.
home-curious = Tę stronę widzą tylko osoby zalogowane. Do tego czasu odpowiada ona kodem 401:
home-apis = Wywołaj internetowe API
home-apis-hint = Wywołaj API we własnym imieniu i zobacz odpowiedź.
home-you-hint = Twoje imię i nazwisko, Twoje konto i sposób logowania
home-token-details-hint = Co usługa logowania mówi o Tobie
home-sessions-hint = Gdzie jesteś zalogowany(-a) i jak się tam wylogować
edit-profile = Edytuj profil
edit-profile-hint = Zmień imię i nazwisko oraz inne dane
reset-password = Zresetuj hasło
reset-password-hint = Wybierz nowe hasło
developer = Dla programisty
developer-redirect-uri = Zarejestruj ten adres przekierowania w usłudze logowania:

## News, shown once

news-sign-in-cancelled = Logowanie zostało anulowane.
news-edit-cancelled = Anulowano. Twój profil nie został zmieniony.
news-reset-cancelled = Anulowano. Twoje hasło nie zostało zmienione.
news-profile-updated = Twój profil został zaktualizowany.
news-sessions-ended =
    { $count ->
        [0] Nie zakończono żadnej sesji.
        [one] Zakończono jedną sesję.
        [few] Zakończono { $count } sesje.
        [many] Zakończono { $count } sesji.
       *[other] Zakończono { $count } sesji.
    }
news-session-ended = Twoja sesja została zakończona, tutaj lub w innym miejscu. Zaloguj się ponownie, aby kontynuować.
news-session-expired = Twoja sesja wygasła. Zaloguj się ponownie, aby kontynuować.
news-session-not-allowed = Nie masz już dostępu, dlatego Twoja sesja została zakończona. Jeśli uważasz, że to pomyłka, skontaktuj się z operatorem tej witryny.
news-session-renamed = Nazwa sesji została zapisana.

## Sign-out

sign-out-title = Wylogować?
sign-out-sentence = Nastąpi wylogowanie tutaj i w usłudze logowania.
sign-out-stay = Pozostań zalogowany(-a)
signed-out = Wylogowano
signed-out-title = Wylogowano Cię
signed-out-everywhere = Wylogowano Cię tutaj i w usłudze logowania.
signed-out-here-only = Twoja sesja tutaj została zakończona. Możesz być nadal zalogowany(-a) w usłudze logowania.
signed-out-nobody = W tej przeglądarce nie ma sesji.
signed-out-shared = Na wspólnym komputerze zamknij teraz przeglądarkę.
signed-out-onward = Kontynuuj

## Sessions

sessions-title = Moje sesje
sessions-lead = Przeglądarki, w których jesteś zalogowany(-a) do: { $site }. Zakończ każdą sesję, której nie rozpoznajesz.
session-this = Ta przeglądarka
session-seen = Ostatnio używana
session-created = Zalogowano
session-expires = Wygasa najpóźniej
session-network = Sieć
session-end = Zakończ
session-end-which = Zakończ sesję: { $browser }, rozpoczęta { $when }
session-name = Nazwa
session-name-save = Zapisz
session-name-hint = Nazwa pomaga rozpoznać tę sesję, na przykład „Tablet w kuchni”.
sessions-end-others = Zakończ wszystkie inne sesje
sessions-end-others-title = Zakończyć wszystkie inne sesje?
sessions-end-others-sentence = Nastąpi wylogowanie we wszystkich innych przeglądarkach. Ta przeglądarka pozostanie zalogowana.
sessions-keep = Zachowaj je
sessions-only = Nie jesteś zalogowany(-a) nigdzie indziej.
browser-on-system = { $browser }, { $system }
browser-unknown = Nieznana przeglądarka

## You

you-name = Imię i nazwisko
you-account = Konto
you-directory = Katalog
you-method = Sposób logowania
you-since = Zalogowano
you-other-account = Użyj innego konta
method-password = Hasło
method-several = Hasło i inny dowód
method-key = Klucz lub urządzenie
method-code = Kod z wiadomości lub aplikacji
method-other = W usłudze logowania

## Details of the ID token

token-details-title = Szczegóły tokenu tożsamości
token-details-caption = Dane w tokenie tożsamości
token-details-claim = Dane
token-details-value = Wartość
token-details-empty-list = Pusta lista
token-details-more =
    { $count ->
        [one] i jeszcze jedna
        [few] i jeszcze { $count }
        [many] i jeszcze { $count }
       *[other] i jeszcze { $count }
    }
token-details-hidden = Wartości potrzebne tylko protokołowi nie są pokazywane.
token-details-none = Token tożsamości nie zawiera danych, które można tu pokazać.
claim-aud = Aplikacja, dla której jest ten token
claim-iss = Kto wystawił ten token
claim-sub = Twój identyfikator w tej aplikacji
claim-oid = Twój identyfikator w katalogu
claim-tid = Katalog, do którego należy Twoje konto
claim-sid = Twoja sesja w usłudze logowania
claim-name = Twoje imię i nazwisko
claim-given-name = Twoje imię
claim-family-name = Twoje nazwisko
claim-username = Nazwa, którą się logujesz
claim-email = Twój adres e-mail
claim-emails = Twoje adresy e-mail
claim-roles = Co możesz robić w tej aplikacji
claim-groups = Grupy, do których należysz
claim-idp = Skąd pochodzi Twoje konto
claim-way = Sposób, w jaki się logujesz
claim-amr = Jak potwierdzono Twoją tożsamość
claim-acct = Członek (0) lub gość (1) katalogu
claim-auth-time = Kiedy nastąpiło logowanie
claim-exp = Kiedy wygasa ten token
claim-ver = Wersja tego tokenu

## Result of an API call

api-result = Wynik API
api-result-title = Wynik wywołania API
api-result-again = Wywołaj ponownie
api-result-status = Stan
api-result-binary =
    { $bytes ->
        [one] Odpowiedź nie jest tekstem (jeden bajt), więc nie jest pokazywana.
        [few] Odpowiedź nie jest tekstem ({ $bytes } bajty), więc nie jest pokazywana.
        [many] Odpowiedź nie jest tekstem ({ $bytes } bajtów), więc nie jest pokazywana.
       *[other] Odpowiedź nie jest tekstem ({ $bytes } bajta), więc nie jest pokazywana.
    }
api-result-region = Odpowiedź API
api-result-cut = Odpowiedź jest dłuższa; pokazano tylko jej początek.
api-result-empty = Odpowiedź nie ma treści.
api-result-type = Typ treści

## Times

ago-now = przed chwilą
ago-minutes =
    { $count ->
        [one] { $count } minutę temu
        [few] { $count } minuty temu
        [many] { $count } minut temu
       *[other] { $count } minuty temu
    }
ago-hours =
    { $count ->
        [one] { $count } godzinę temu
        [few] { $count } godziny temu
        [many] { $count } godzin temu
       *[other] { $count } godziny temu
    }
ago-days =
    { $count ->
        [one] { $count } dzień temu
        [few] { $count } dni temu
        [many] { $count } dni temu
       *[other] { $count } dnia temu
    }
in-minutes =
    { $count ->
        [one] za { $count } minutę
        [few] za { $count } minuty
        [many] za { $count } minut
       *[other] za { $count } minuty
    }
in-hours =
    { $count ->
        [one] za { $count } godzinę
        [few] za { $count } godziny
        [many] za { $count } godzin
       *[other] za { $count } godziny
    }
in-days =
    { $count ->
        [one] za { $count } dzień
        [few] za { $count } dni
        [many] za { $count } dni
       *[other] za { $count } dnia
    }

## What did not work: what to do about it

try-again = Spróbuj ponownie
start-again = Zacznij od nowa
other-account = Użyj innego konta
ask-again = Zapytaj ponownie
details = Szczegóły dla wsparcia
details-hint = Prosząc o pomoc, podaj te szczegóły
detail-request-id = Numer żądania
detail-code = Kod
detail-correlation-id = Identyfikator korelacji
detail-authority-time = Czas w usłudze logowania
detail-time = Czas
reloads = Ta strona sama spróbuje ponownie.

## What did not work: the kind

kind-sign-in = Logowanie nie zostało ukończone
kind-soon = Spróbuj ponownie za chwilę
kind-later = Spróbuj ponownie później
kind-unchanged = Niczego nie zmieniono
kind-stopped = Zatrzymano
kind-permission = Brak uprawnienia
kind-unavailable = Niedostępne
kind-consent = Zgoda administratora

## What did not work: pages and requests

problem-not-signed-in = Nie jesteś zalogowany(-a)
    .sentence = Zaloguj się, aby zobaczyć tę stronę.
    .developer = Aby zobaczyć tę stronę, trzeba się zalogować. Użyj przycisku u góry strony.
problem-method-not-allowed = Tutaj to nie działa
    .sentence = Ten adres nie przyjmuje takich żądań.
problem-too-large = To jest za duże
    .sentence = Żądanie jest większe, niż przyjmuje ten adres.
problem-not-found = Nie znaleziono strony
    .sentence = Pod tym adresem nie ma strony.
problem-too-slow = Trwało to zbyt długo
    .sentence = Żądanie nie dotarło na czas. Spróbuj ponownie.
problem-not-a-form = Tutaj to nie działa
    .sentence = Ten adres przyjmuje tylko formularze.
problem-failed = Coś poszło nie tak po naszej stronie
    .sentence = Spróbuj ponownie za chwilę.
problem-bad-request = Tego żądania nie można odczytać
    .sentence = Wróć i spróbuj ponownie.
problem-cross-site = Użyj przycisków na tej stronie
    .sentence = Żądanie nie pochodziło ze strony tej witryny, więc nic nie zrobiono.
problem-too-many = Zbyt wiele żądań
    .sentence = Z Twojej sieci przyszło zbyt wiele żądań. Poczekaj chwilę.
problem-unknown-host = Pod tym adresem nic nie ma
    .sentence = Być może adres jest błędnie zapisany albo witryna została przeniesiona.
problem-not-ready = Ta witryna nie jest jeszcze gotowa
    .sentence = Trwa jej konfigurowanie lub zmiana. Spróbuj ponownie za minutę.

## What did not work: sign-in

problem-sign-in-invalid = Tego logowania nie można ukończyć
    .sentence = Odpowiedź usługi logowania nie należy do logowania rozpoczętego tutaj. Niczego nie zmieniono.
problem-sign-in-expired = To logowanie wygasło
    .sentence = Trwało zbyt długo, zostało już użyte lub rozpoczęto je w innej przeglądarce.
    .advice = Jeśli to się powtarza, zezwól tej witrynie na pliki cookie.
problem-answer-invalid = Odpowiedź usługi logowania nie została przyjęta
    .sentence = Odpowiedź nie przeszła naszych kontroli, więc nie nastąpiło logowanie.
problem-other-person = To było inne konto
    .sentence = Konto w usłudze logowania nie jest kontem, które jest tu zalogowane.
problem-step-up = Ta strona wymaga silniejszego logowania
    .sentence = Strona wymaga silniejszego lub nowszego logowania, a usługa logowania go nie potwierdziła. Nic nie zostało zmienione.
    .advice = Ponowna próba pomoże tylko wtedy, gdy zalogujesz się inaczej, na przykład drugim składnikiem. W przeciwnym razie zapytaj operatora tej aplikacji.
problem-loop = Logowanie ciągle zaczyna się od nowa
    .sentence = Skierowano Cię do logowania { $count } razy z rzędu bez dotarcia do strony. Zatrzymaliśmy to, aby nie trwało bez końca.
    .advice = Zwykłe przyczyny: pliki cookie są zablokowane, zegar jest źle ustawiony lub aplikacja nie przyjmuje logowania. Poczekaj minutę i zacznij od nowa.
problem-consent-done = To powrót po zgodzie administratora
    .sentence = Jeśli zgoda została udzielona, obowiązuje od następnego logowania. Zanim zacznie działać, może minąć kilka minut.

## What did not work: access

problem-not-allowed = Nie masz dostępu
    .advice = Jesteś zalogowany(-a) w usłudze logowania, ale nie tutaj. O dostępie decyduje operator tej aplikacji.
not-allowed-tenant = Twoja organizacja nie ma dostępu do tej aplikacji.
not-allowed-tenant-missing = Usługa logowania nie podała, do jakiej organizacji należysz, a ta aplikacja tego wymaga.
not-allowed-role = Nie masz żadnej z ról, których wymaga ta aplikacja.
not-allowed-group = Nie należysz do żadnej z grup, których wymaga ta aplikacja.
not-allowed-groups-unknown = Nie udało się teraz odczytać Twoich grup, a ta aplikacja wymaga jednej z nich. Spróbuj ponownie za minutę.
not-allowed-email = Twojego adresu e-mail nie ma na liście tej aplikacji.
not-allowed-email-unverified = Ta aplikacja wpuszcza osoby według adresu e-mail, a Twój nie jest potwierdzony przez usługę logowania.
problem-consent-required = Nie można jeszcze wywołać API
    .sentence = Aplikacja potrzebuje tych uprawnień, aby wywołać API, a nie zostały one udzielone.
    .administrator = Tylko administrator może udzielić tych uprawnień w tym katalogu. Poproś administratora o zgodę dla tej aplikacji; ponowne logowanie nie pomoże.
problem-permission-missing = Nie można jeszcze użyć: { $name }
    .sentence = Ta aplikacja nie ma jeszcze uprawnienia, którego wymaga { $name }.
    .administrator = Tylko administrator może udzielić tego uprawnienia. Poproś administratora o zgodę dla tej aplikacji; ponowne logowanie nie pomoże.

## What did not work: outages

problem-authority-unavailable = Usługa logowania nie odpowiada
    .sentence = Nie możemy teraz się z nią połączyć. Spróbuj ponownie za chwilę.
    .advice = Osoby już zalogowane mogą działać dalej.
problem-authority-busy = Usługa logowania jest zajęta
    .sentence = Prosi nas o zaczekanie. Spróbuj ponownie za chwilę.
problem-credential-unavailable = Ta aplikacja nie może się teraz uwierzytelnić
    .sentence = Platforma, na której działa, nie daje jej teraz poświadczeń. Spróbuj ponownie za chwilę.
problem-refresh-in-progress = Twoje logowanie jest odnawiane
    .sentence = Usługa logowania potrzebuje czasu. Spróbuj ponownie za chwilę.
problem-misconfigured = Ta aplikacja nie jest dobrze skonfigurowana
    .sentence = Usługa logowania i ta aplikacja nie pasują do siebie. Operator musi działać, a przyczynę znajdzie w dzienniku.
    .credential = Jej własnych poświadczeń do usługi logowania nie można użyć. Operator musi działać, a przyczynę znajdzie w dzienniku.
    .nobody = Usługa logowania nie mówi, kim jesteś. Operator tej aplikacji musi dodać dane „User's Object ID” (oid) do przepływu użytkownika, a więcej znajdzie w dzienniku.
problem-api-unavailable = { $name } nie odpowiada
    .sentence = Usługa stojąca za tą stroną nie odpowiedziała lub przerwała połączenie.
    .advice = Nadal jesteś zalogowany(-a), a reszta tej witryny działa.
problem-api-timed-out = { $name } nie odpowiada w wyznaczonym czasie
    .sentence = Usługa stojąca za tą stroną działała zbyt długo. Spróbuj ponownie.
    .advice = Nadal jesteś zalogowany(-a), a reszta tej witryny działa.
problem-api-throttled = { $name } ma teraz zbyt wiele zapytań
    .sentence =
        { $seconds ->
            [one] Nie może teraz odpowiedzieć. Spróbuj ponownie za jedną sekundę.
            [few] Nie może teraz odpowiedzieć. Spróbuj ponownie za { $seconds } sekundy.
            [many] Nie może teraz odpowiedzieć. Spróbuj ponownie za { $seconds } sekund.
           *[other] Nie może teraz odpowiedzieć. Spróbuj ponownie za { $seconds } sekundy.
        }
problem-upstream-unavailable = { $name } nie odpowiada
    .sentence = Ta część witryny jest teraz niedostępna. Spróbuj ponownie za chwilę.
    .advice = Nadal jesteś zalogowany(-a), a reszta tej witryny działa.
problem-busy = Twoja zmiana jeszcze tu nie dotarła
    .sentence = Twoja sesja była w tym samym czasie odnawiana. Spróbuj ponownie za chwilę.
problem-groups-unavailable = Nie udało się odczytać Twoich grup
    .sentence = Ta aplikacja wpuszcza członków określonych grup, a katalog nie podaje nam teraz Twoich. Nikogo nie wylogowano; spróbuj ponownie za chwilę.
problem-unavailable = Coś jest nie tak po naszej stronie
    .sentence = Nie możemy teraz ustalić, kto jest zalogowany. Nikogo nie wylogowano; spróbuj ponownie za chwilę.

## What the sign-in service refused

refused-several-accounts = Zalogowanych jest kilka kont
    .sentence = Wybierz konto, którego chcesz tu użyć.
refused-foreign-account = To konto należy gdzie indziej
    .sentence = Twoje konto nie jest znane w katalogu tej organizacji. Użyj innego konta lub poproś o zaproszenie.
refused-password-expired = Twoje hasło wygasło
    .sentence = Zaloguj się ponownie i wybierz nowe hasło.
refused-account-disabled = Twoje konto jest wyłączone
    .sentence = Twoja organizacja wyłączyła to konto. Jej dział pomocy może powiedzieć dlaczego.
refused-no-session = Zaloguj się ponownie
    .sentence = Usługa logowania nie ma już dla Ciebie sesji.
refused-sign-in-ended = Zaloguj się ponownie
    .sentence = Twoje logowanie w usłudze logowania zostało zakończone.
refused-extra-proof = Potrzebny jest jeszcze jeden krok
    .sentence = Twoja organizacja wymaga dodatkowego dowodu, na przykład kodu z telefonu. Zaloguj się ponownie, aby go podać.
refused-grant-over = Twoje logowanie wygasło
    .sentence = Usługa logowania prosi o ponowne zalogowanie.
refused-attention-needed = Zaloguj się ponownie
    .sentence = Usługa logowania prosi o Twoją uwagę.
refused-cancelled = Anulowano
    .sentence = Niczego nie zmieniono.
refused-forgot-password = Nie pamiętasz hasła?
    .sentence = Ta witryna nie ma własnej strony do resetowania hasła. Użyj strony usługi logowania lub poproś o pomoc.
refused-link-over = Ten link już nie działa
    .sentence = Poproś o nowy lub zaloguj się bez niego.
refused-attempt-mismatch = Tego logowania nie można ukończyć
    .sentence = Zacznij od nowa.
refused-denied = Logowanie nie zostało ukończone
    .sentence = Zostało anulowane lub usługa logowania na nie nie zezwoliła.
refused-not-assigned = Nie masz przypisania do tej aplikacji
    .sentence = Twoja organizacja wpuszcza tylko wybrane osoby. Poproś administratora o przypisanie.
refused-conditional-access = Zasady Twojej organizacji na to nie pozwalają
    .sentence = Zasada dostępu warunkowego odrzuca to urządzenie, miejsce lub aplikację. Dział pomocy może powiedzieć która.
refused-device-rule = Zasady Twojej organizacji nie pozwalają na to urządzenie
    .sentence = Użyj urządzenia zarządzanego przez Twoją organizację lub zapytaj dział pomocy. Ponowne logowanie na tym urządzeniu nie pomoże.
refused-consent-missing = Brakuje zgody
    .sentence = Ta aplikacja potrzebuje uprawnienia, którego nikt jeszcze nie udzielił. Zaloguj się ponownie, aby go udzielić, lub zapytaj administratora.
refused-administrator-consent = Najpierw musi się zgodzić administrator
    .sentence = Ta aplikacja potrzebuje uprawnień, których może udzielić tylko administrator katalogu. Zapytaj swojego; ponowne logowanie nie pomoże.
refused-consent-declined = Odmówiono zgody
    .sentence = Bez uprawnień, o które prosiła, aplikacja nie może działać dalej. Niczego nie udostępniono.
refused-request-loop = Zbyt wiele logowań z rzędu
    .sentence = Usługa logowania zauważyła pętlę. Zamknij inne karty tej witryny i spróbuj ponownie za minutę.
refused-busy = Usługa logowania jest zajęta
    .sentence = Spróbuj ponownie za minutę.
refused-authority-problem = Usługa logowania miała problem
    .sentence = Spróbuj ponownie za minutę.
refused-policy-message = Logowanie nie zostało ukończone
    .sentence = Odrzuciły je zasady usługi logowania. Jej operator może powiedzieć dlaczego.
refused-configuration = Ta aplikacja nie jest dobrze skonfigurowana
    .sentence = Usługa logowania nie przyjmuje tej aplikacji w obecnej konfiguracji. Operator musi działać; ponowna próba nie pomoże.
    .redirect-uri = Zarejestruj dokładnie ten adres przekierowania w usłudze logowania:
refused-other = Logowanie nie zostało ukończone
    .sentence = Usługa logowania odpowiedziała błędem.
