# Italiano

## This language

language-name = Italiano
direction = ltr
date-locale = it-IT

## Around every page

skip = Vai al contenuto
sign-in = Accedi
sign-out = Esci
signed-in-as = Accesso effettuato come
your-account = Il suo account
home = Pagina iniziale
you = Lei
sessions = Sessioni
token-details = Dettagli del token
back = Indietro
guarded = Protetto da gatehouse
support = Aiuto e assistenza
imprint = Note legali
privacy = Privacy
terms = Condizioni d'uso
language = Lingua
language-choose = Cambia

## Home

home-signed-in = Accesso effettuato
home-welcome = Benvenuto, { $name }
home-access = Ha accesso a { $site }.
home-signed-out = Non ha effettuato l'accesso.
home-sign-in = Acceda per continuare su { $site }.
home-curious = Solo chi ha effettuato l'accesso vede questa pagina. Fino ad allora risponde 401:
home-apis = Chiama un'API web
home-apis-hint = Chiami un'API a suo nome e veda la risposta.
home-you-hint = Il suo nome, il suo account e come ha effettuato l'accesso
home-token-details-hint = Ciò che il servizio di accesso dice di lei
home-sessions-hint = Dove ha effettuato l'accesso e come uscire da lì
edit-profile = Modifica profilo
edit-profile-hint = Cambiare il nome e altri dati
reset-password = Reimposta la password
reset-password-hint = Scegliere una nuova password
developer = Per chi sviluppa
developer-redirect-uri = Registri questo indirizzo di reindirizzamento presso il servizio di accesso:

## News, shown once

news-sign-in-cancelled = Ha annullato l'accesso.
news-edit-cancelled = Ha annullato. Il suo profilo non è stato modificato.
news-reset-cancelled = Ha annullato. La sua password non è stata modificata.
news-profile-updated = Il suo profilo è stato aggiornato.
news-sessions-ended =
    { $count ->
        [0] Non è stata chiusa nessuna sessione.
        [one] È stata chiusa una sessione.
       *[other] Sono state chiuse { $count } sessioni.
    }
news-session-ended = La sua sessione è stata chiusa, qui o altrove. Acceda di nuovo per continuare.
news-session-expired = La sua sessione è scaduta. Acceda di nuovo per continuare.
news-session-not-allowed = Non ha più accesso, quindi la sua sessione è stata chiusa. Si rivolga al gestore di questo sito se pensa che sia un errore.
news-session-renamed = Il nome della sessione è stato salvato.

## Sign-out

sign-out-title = Uscire?
sign-out-sentence = Uscirà da qui e dal servizio di accesso.
sign-out-stay = Resta connesso
signed-out = Uscita effettuata
signed-out-title = È uscito
signed-out-everywhere = È uscito da qui e dal servizio di accesso.
signed-out-here-only = La sua sessione qui è terminata. Potrebbe essere ancora connesso al servizio di accesso.
signed-out-nobody = In questo browser non c'è nessuna sessione.
signed-out-shared = Su un computer condiviso, chiuda ora il browser.
signed-out-onward = Continua

## Sessions

sessions-title = Le mie sessioni
sessions-lead = I browser in cui ha effettuato l'accesso a { $site }. Chiuda ogni sessione che non riconosce.
session-this = Questo browser
session-seen = Ultimo uso
session-created = Accesso
session-expires = Scade al più tardi
session-network = Rete
session-end = Chiudi
session-end-which = Chiudi la sessione di { $browser }, iniziata il { $when }
session-name = Nome
session-name-save = Salva
session-name-hint = Un nome la aiuta a riconoscere questa sessione, per esempio «Tablet della cucina».
sessions-end-others = Chiudi tutte le altre sessioni
sessions-end-others-title = Chiudere tutte le altre sessioni?
sessions-end-others-sentence = Uscirà da tutti gli altri browser. In questo browser resta connesso.
sessions-keep = Mantienile
sessions-only = Non ha effettuato l'accesso in nessun altro luogo.
browser-on-system = { $browser } su { $system }
browser-unknown = Browser sconosciuto

## You

you-name = Nome
you-account = Account
you-directory = Directory
you-method = Modalità di accesso
you-since = Accesso
you-other-account = Usa un altro account
method-password = Password
method-several = Password e un'altra prova
method-key = Chiave o dispositivo
method-code = Codice via messaggio o app
method-other = Presso il servizio di accesso

## Details of the ID token

token-details-title = Dettagli del token di identità
token-details-caption = Dati del token di identità
token-details-claim = Dato
token-details-value = Valore
token-details-empty-list = Un elenco vuoto
token-details-more =
    { $count ->
        [one] e un altro
       *[other] e altri { $count }
    }
token-details-hidden = I valori che servono solo al protocollo non vengono mostrati.
token-details-none = Il token di identità non contiene dati da mostrare qui.
claim-aud = L'applicazione a cui è destinato questo token
claim-iss = Chi ha emesso questo token
claim-sub = Il suo identificativo in questa applicazione
claim-oid = Il suo identificativo nella directory
claim-tid = La directory a cui appartiene il suo account
claim-sid = La sua sessione presso il servizio di accesso
claim-name = Il suo nome
claim-given-name = Il suo nome di battesimo
claim-family-name = Il suo cognome
claim-username = Il nome con cui accede
claim-email = Il suo indirizzo e-mail
claim-emails = I suoi indirizzi e-mail
claim-roles = Ciò che può fare in questa applicazione
claim-groups = I gruppi a cui appartiene
claim-idp = Da dove proviene il suo account
claim-way = Il modo in cui ha effettuato l'accesso
claim-amr = Come ha dimostrato la sua identità
claim-acct = Membro (0) o ospite (1) della directory
claim-auth-time = Quando ha effettuato l'accesso
claim-exp = Quando scade questo token
claim-ver = La versione di questo token

## Result of an API call

api-result = Risultato dell'API
api-result-title = Risultato della chiamata all'API
api-result-again = Chiama di nuovo
api-result-status = Stato
api-result-binary =
    { $bytes ->
        [one] La risposta non è testo (un byte), quindi non viene mostrata.
       *[other] La risposta non è testo ({ $bytes } byte), quindi non viene mostrata.
    }
api-result-region = Risposta dell'API
api-result-cut = La risposta è più lunga; ne viene mostrato solo l'inizio.
api-result-empty = La risposta non ha contenuto.
api-result-type = Tipo di contenuto

## Times

ago-now = proprio ora
ago-minutes =
    { $count ->
        [one] { $count } minuto fa
       *[other] { $count } minuti fa
    }
ago-hours =
    { $count ->
        [one] { $count } ora fa
       *[other] { $count } ore fa
    }
ago-days =
    { $count ->
        [one] { $count } giorno fa
       *[other] { $count } giorni fa
    }
in-minutes =
    { $count ->
        [one] tra { $count } minuto
       *[other] tra { $count } minuti
    }
in-hours =
    { $count ->
        [one] tra { $count } ora
       *[other] tra { $count } ore
    }
in-days =
    { $count ->
        [one] tra { $count } giorno
       *[other] tra { $count } giorni
    }

## What did not work: what to do about it

try-again = Riprova
start-again = Ricomincia
other-account = Usa un altro account
ask-again = Chiedi di nuovo
details = Dettagli per l'assistenza
details-hint = Se chiede aiuto, indichi questi dettagli
detail-request-id = Numero della richiesta
detail-code = Codice
detail-correlation-id = ID di correlazione
detail-authority-time = Ora del servizio di accesso
detail-time = Ora
reloads = Questa pagina riprova da sola.

## What did not work: the kind

kind-sign-in = Accesso non completato
kind-soon = Riprovi tra poco
kind-later = Riprovi più tardi
kind-unchanged = Non è stato modificato nulla
kind-stopped = Fermato
kind-permission = Autorizzazione mancante
kind-unavailable = Non disponibile
kind-consent = Consenso dell'amministratore

## What did not work: pages and requests

problem-not-signed-in = Non ha effettuato l'accesso
    .sentence = Acceda per vedere questa pagina.
    .developer = Per vedere questa pagina occorre avere effettuato l'accesso. Usi il pulsante in alto nella pagina per accedere.
problem-method-not-allowed = Qui non funziona
    .sentence = Questo indirizzo non accetta questo tipo di richiesta.
problem-too-large = È troppo grande
    .sentence = La richiesta è più grande di quanto questo indirizzo accetti.
problem-not-found = Pagina non trovata
    .sentence = A questo indirizzo non c'è nessuna pagina.
problem-too-slow = Ci è voluto troppo tempo
    .sentence = La richiesta non è arrivata in tempo. Riprovi.
problem-not-a-form = Qui non funziona
    .sentence = Questo indirizzo accetta solo moduli.
problem-failed = Qualcosa è andato storto da parte nostra
    .sentence = Riprovi tra un momento.
problem-bad-request = Questa richiesta non è leggibile
    .sentence = Torni indietro e riprovi.
problem-cross-site = Usi i pulsanti di questo sito
    .sentence = La richiesta non proveniva da una pagina di questo sito, quindi non è stato fatto nulla.
problem-too-many = Troppe richieste
    .sentence = Dalla sua rete sono arrivate troppe richieste. Attenda un momento.
problem-unknown-host = A questo indirizzo non c'è nulla
    .sentence = L'indirizzo potrebbe essere scritto male, oppure il sito si è spostato.
problem-not-ready = Questo sito non è ancora pronto
    .sentence = È in fase di configurazione o di modifica. Riprovi tra un minuto.

## What did not work: sign-in

problem-sign-in-invalid = Questo accesso non può essere completato
    .sentence = La risposta del servizio di accesso non appartiene a nessun accesso iniziato qui. Non è stato modificato nulla.
problem-sign-in-expired = Questo accesso è scaduto
    .sentence = Ha richiesto troppo tempo, è già stato usato o è stato iniziato in un altro browser.
    .advice = Se continua a succedere, consenta i cookie per questo sito.
problem-answer-invalid = La risposta del servizio di accesso non è stata accettata
    .sentence = La risposta non ha superato i nostri controlli, quindi l'accesso non è stato effettuato.
problem-other-person = Era un altro account
    .sentence = L'account presso il servizio di accesso non è quello con cui ha effettuato l'accesso qui.
problem-step-up = Questa pagina richiede un accesso più sicuro
    .sentence = La pagina richiede un accesso più sicuro o più recente, e il servizio di accesso non ne ha confermato nessuno. Non è stato modificato nulla.
    .advice = Riprovare serve solo se accede in un altro modo, per esempio con un secondo fattore. Altrimenti chieda al gestore di questa applicazione.
problem-loop = L'accesso ricomincia di continuo
    .sentence = È stato mandato ad accedere { $count } volte di seguito senza raggiungere la pagina. Ci siamo fermati perché non continui all'infinito.
    .advice = Le cause più comuni: i cookie sono bloccati, un orologio è sbagliato o l'applicazione non accetta l'accesso. Attenda un minuto, poi ricominci.
problem-consent-done = È tornato dal consenso dell'amministratore
    .sentence = Se l'autorizzazione è stata concessa, vale dal prossimo accesso. Possono volerci alcuni minuti prima che abbia effetto.

## What did not work: access

problem-not-allowed = Non ha accesso
    .advice = Ha effettuato l'accesso presso il servizio di accesso, ma non qui. Il gestore di questa applicazione decide chi ha accesso.
not-allowed-tenant = La sua organizzazione non ha accesso a questa applicazione.
not-allowed-tenant-missing = Il servizio di accesso non ha indicato a quale organizzazione lei appartiene, e questa applicazione lo richiede.
not-allowed-role = Non ha nessuno dei ruoli che questa applicazione richiede.
not-allowed-group = Non fa parte di nessuno dei gruppi che questa applicazione richiede.
not-allowed-groups-unknown = In questo momento non è stato possibile leggere i suoi gruppi, e questa applicazione ne richiede uno. Riprovi tra un minuto.
not-allowed-email = Il suo indirizzo e-mail non è nell'elenco di questa applicazione.
not-allowed-email-unverified = Questa applicazione ammette le persone in base all'indirizzo e-mail, e il suo non è verificato dal servizio di accesso.
problem-consent-required = L'API non può ancora essere chiamata
    .sentence = L'applicazione ha bisogno di queste autorizzazioni per chiamare l'API, e non sono state concesse.
    .administrator = Solo un amministratore può concedere queste autorizzazioni in questa directory. Chieda a un amministratore di dare il consenso a questa applicazione; accedere di nuovo non serve.
problem-permission-missing = Non è ancora possibile usare { $name }
    .sentence = Questa applicazione non può ancora usare { $name } per lei: un'autorizzazione non è stata concessa.
    .administrator = Solo un amministratore può concedere l'autorizzazione. Chieda a un amministratore di dare il consenso a questa applicazione; accedere di nuovo non serve.

## What did not work: outages

problem-authority-unavailable = Il servizio di accesso non risponde
    .sentence = In questo momento non riusciamo a raggiungerlo. Riprovi tra poco.
    .advice = Chi ha già effettuato l'accesso può continuare.
problem-authority-busy = Il servizio di accesso è sovraccarico
    .sentence = Ci chiede di attendere. Riprovi tra poco.
problem-credential-unavailable = In questo momento questa applicazione non può autenticarsi
    .sentence = La piattaforma su cui funziona non le fornisce credenziali in questo momento. Riprovi tra poco.
problem-refresh-in-progress = Il suo accesso è in fase di rinnovo
    .sentence = Il servizio di accesso si prende il suo tempo. Riprovi tra un momento.
problem-misconfigured = Questa applicazione non è configurata correttamente
    .sentence = Il servizio di accesso e questa applicazione non si accordano. Il gestore deve intervenire e trova il motivo nel registro.
    .credential = Le credenziali dell'applicazione per il servizio di accesso non sono utilizzabili. Il gestore deve intervenire e trova il motivo nel registro.
    .nobody = Il servizio di accesso non dice chi è lei. Il gestore di questa applicazione deve aggiungere il dato «User's Object ID» (oid) al flusso utente, e trova altro nel registro.
problem-api-unavailable = { $name } non ha risposto
    .sentence = Il servizio dietro questa pagina non ha risposto o si è interrotto.
    .advice = Il suo accesso resta valido e il resto di questo sito funziona.
problem-api-timed-out = { $name } non ha risposto in tempo
    .sentence = Il servizio dietro questa pagina ha impiegato troppo tempo. Riprovi.
    .advice = Il suo accesso resta valido e il resto di questo sito funziona.
problem-api-throttled = { $name } è in sovraccarico
    .sentence =
        { $seconds ->
            [one] Ora non può risponderle. Riprovi tra un secondo.
           *[other] Ora non può risponderle. Riprovi tra { $seconds } secondi.
        }
problem-upstream-unavailable = { $name } non risponde
    .sentence = Questa parte del sito non è disponibile in questo momento. Riprovi tra poco.
    .advice = Il suo accesso resta valido e il resto di questo sito funziona.
problem-busy = La sua modifica non è ancora arrivata qui
    .sentence = La sua sessione veniva rinnovata nello stesso momento. Riprovi tra un momento.
problem-groups-unavailable = Non è stato possibile leggere i suoi gruppi
    .sentence = Questa applicazione ammette i membri di certi gruppi, e la directory non ci fornisce i suoi in questo momento. Nessuno è stato fatto uscire; riprovi tra un momento.
problem-unavailable = Qualcosa non va da parte nostra
    .sentence = In questo momento non possiamo sapere chi ha effettuato l'accesso. Nessuno è stato fatto uscire; riprovi tra un momento.

## What the sign-in service refused

refused-several-accounts = Sono collegati più account
    .sentence = Scelga l'account che vuole usare qui.
refused-foreign-account = Questo account appartiene altrove
    .sentence = Il suo account non è noto nella directory di questa organizzazione. Usi un altro account o chieda un invito.
refused-password-expired = La sua password è scaduta
    .sentence = Acceda di nuovo e scelga una nuova password.
refused-account-disabled = Il suo account è disattivato
    .sentence = La sua organizzazione ha disattivato questo account. L'assistenza può dirle il perché.
refused-no-session = Acceda di nuovo
    .sentence = Il servizio di accesso non ha più una sessione per lei.
refused-sign-in-ended = Acceda di nuovo
    .sentence = Il suo accesso presso il servizio di accesso è terminato.
refused-extra-proof = Manca ancora un passo
    .sentence = La sua organizzazione chiede un'altra prova, come un codice sul telefono. Acceda di nuovo per fornirla.
refused-grant-over = Il suo accesso è scaduto
    .sentence = Il servizio di accesso le chiede di accedere di nuovo.
refused-attention-needed = Acceda di nuovo
    .sentence = Il servizio di accesso richiede la sua attenzione.
refused-cancelled = Ha annullato
    .sentence = Non è stato modificato nulla.
refused-forgot-password = Ha dimenticato la password?
    .sentence = Questo sito non ha una pagina propria per reimpostare la password. Usi quella del servizio di accesso o chieda aiuto.
refused-link-over = Questo link non è più valido
    .sentence = Ne chieda uno nuovo, oppure acceda senza.
refused-attempt-mismatch = Questo accesso non può essere completato
    .sentence = Ricominci da capo.
refused-denied = L'accesso non è stato completato
    .sentence = È stato annullato, oppure il servizio di accesso non lo ha consentito.
refused-not-assigned = Non è assegnato a questa applicazione
    .sentence = La sua organizzazione ammette solo persone scelte. Chieda al suo amministratore di assegnarla.
refused-conditional-access = Le regole della sua organizzazione non lo consentono
    .sentence = Una regola di accesso condizionale rifiuta questo dispositivo, luogo o applicazione. L'assistenza può dirle quale.
refused-device-rule = Le regole della sua organizzazione non consentono questo dispositivo
    .sentence = Usi un dispositivo gestito dalla sua organizzazione o chieda all'assistenza. Accedere di nuovo su questo dispositivo non serve.
refused-consent-missing = Manca un consenso
    .sentence = Questa applicazione ha bisogno di un'autorizzazione che nessuno ha ancora concesso. Acceda di nuovo per concederla o si rivolga al suo amministratore.
refused-administrator-consent = Prima deve acconsentire un amministratore
    .sentence = Questa applicazione ha bisogno di autorizzazioni che solo un amministratore della directory può concedere. Si rivolga al suo; accedere di nuovo non serve.
refused-consent-declined = Ha rifiutato
    .sentence = Senza le autorizzazioni richieste l'applicazione non può proseguire. Non è stato condiviso nulla.
refused-request-loop = Troppi accessi di seguito
    .sentence = Il servizio di accesso ha notato un ciclo. Chiuda le altre schede di questo sito e riprovi tra un minuto.
refused-busy = Il servizio di accesso è sovraccarico
    .sentence = Riprovi tra un minuto.
refused-authority-problem = Il servizio di accesso ha avuto un problema
    .sentence = Riprovi tra un minuto.
refused-policy-message = L'accesso non è stato completato
    .sentence = Le regole del servizio di accesso lo hanno rifiutato. Il suo gestore può dirle il perché.
refused-configuration = Questa applicazione non è configurata correttamente
    .sentence = Il servizio di accesso non accetta questa applicazione così come è configurata. Il gestore deve intervenire; riprovare non serve.
    .redirect-uri = Registri esattamente questo indirizzo di reindirizzamento presso il servizio di accesso:
refused-other = L'accesso non è stato completato
    .sentence = Il servizio di accesso ha risposto con un errore.
