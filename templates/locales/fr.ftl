# Français

## This language

language-name = Français
direction = ltr
date-locale = fr-FR

## Around every page

skip = Aller au contenu
sign-in = Se connecter
sign-out = Se déconnecter
signed-in-as = Connecté en tant que
your-account = Votre compte
home = Accueil
you = Vous
sessions = Sessions
token-details = Détails du jeton
back = Retour
guarded = Protégé par gatehouse
support = Aide et assistance
imprint = Mentions légales
privacy = Confidentialité
terms = Conditions d'utilisation
language = Langue
language-choose = Changer

## Home

home-signed-in = Vous êtes connecté
home-welcome = Bienvenue { $name }
home-access = Vous avez accès à { $site }.
home-signed-out = Vous n'êtes pas connecté.
home-sign-in = Connectez-vous pour accéder à { $site }.
home-curious = Seules les personnes connectées voient cette page. Jusque-là, elle répond 401 :
home-apis = Appeler une API web
home-apis-hint = Appelez une API en votre nom et voyez la réponse.
home-you-hint = Votre nom, votre compte et la façon dont vous vous êtes connecté
home-token-details-hint = Ce que le service de connexion dit de vous
home-sessions-hint = Où vous êtes connecté, et comment vous y déconnecter
edit-profile = Modifier le profil
edit-profile-hint = Changer votre nom et d'autres informations
reset-password = Réinitialiser le mot de passe
reset-password-hint = Choisir un nouveau mot de passe
developer = Pour le développeur
developer-redirect-uri = Enregistrez cette adresse de redirection auprès du service de connexion :

## News, shown once

news-sign-in-cancelled = Vous avez annulé la connexion.
news-edit-cancelled = Vous avez annulé. Votre profil n'a pas été modifié.
news-reset-cancelled = Vous avez annulé. Votre mot de passe n'a pas été modifié.
news-profile-updated = Votre profil a été mis à jour.
news-sessions-ended =
    { $count ->
        [0] Aucune session n'a été fermée.
        [one] Une session a été fermée.
       *[other] { $count } sessions ont été fermées.
    }
news-session-ended = Votre session a été fermée, ici ou ailleurs. Reconnectez-vous pour continuer.
news-session-expired = Votre session a expiré. Reconnectez-vous pour continuer.
news-session-not-allowed = Vous n'avez plus accès, votre session a donc été fermée. Adressez-vous à l'exploitant de ce site si vous pensez qu'il s'agit d'une erreur.
news-session-renamed = Le nom de la session a été enregistré.

## Sign-out

sign-out-title = Se déconnecter ?
sign-out-sentence = Vous serez déconnecté ici et du service de connexion.
sign-out-stay = Rester connecté
signed-out = Déconnecté
signed-out-title = Vous vous êtes déconnecté
signed-out-everywhere = Vous êtes déconnecté ici et du service de connexion.
signed-out-here-only = Votre session ici est terminée. Vous êtes peut-être encore connecté au service de connexion.
signed-out-nobody = Il n'y a pas de session dans ce navigateur.
signed-out-shared = Sur un ordinateur partagé, fermez maintenant le navigateur.
signed-out-onward = Continuer

## Sessions

sessions-title = Mes sessions
sessions-lead = Les navigateurs dans lesquels vous êtes connecté à { $site }. Fermez toute session que vous ne reconnaissez pas.
session-this = Ce navigateur
session-seen = Dernière activité
session-created = Connexion
session-expires = Expire au plus tard
session-network = Réseau
session-end = Fermer
session-end-which = Fermer la session de { $browser }, commencée le { $when }
session-name = Nom
session-name-save = Enregistrer
session-name-hint = Un nom vous aide à reconnaître cette session, par exemple « Tablette de la cuisine ».
sessions-end-others = Fermer toutes les autres sessions
sessions-end-others-title = Fermer toutes les autres sessions ?
sessions-end-others-sentence = Vous serez déconnecté dans tous les autres navigateurs. Ce navigateur reste connecté.
sessions-keep = Les garder
sessions-only = Vous n'êtes connecté nulle part ailleurs.
browser-on-system = { $browser } sur { $system }
browser-unknown = Navigateur inconnu

## You

you-name = Nom
you-account = Compte
you-directory = Annuaire
you-method = Mode de connexion
you-since = Connexion
you-other-account = Utiliser un autre compte
method-password = Mot de passe
method-several = Mot de passe et une autre preuve
method-key = Clé ou appareil
method-code = Code par message ou application
method-other = Par le service de connexion

## Details of the ID token

token-details-title = Détails du jeton d'identité
token-details-caption = Informations du jeton d'identité
token-details-claim = Information
token-details-value = Valeur
token-details-empty-list = Une liste vide
token-details-more =
    { $count ->
        [one] et une autre
       *[other] et { $count } autres
    }
token-details-hidden = Les valeurs dont seul le protocole a besoin ne sont pas affichées.
token-details-none = Le jeton d'identité ne contient aucune information à afficher ici.
claim-aud = L'application à laquelle ce jeton est destiné
claim-iss = Qui a émis ce jeton
claim-sub = Votre identifiant dans cette application
claim-oid = Votre identifiant dans l'annuaire
claim-tid = L'annuaire auquel votre compte appartient
claim-sid = Votre session au service de connexion
claim-name = Votre nom
claim-given-name = Votre prénom
claim-family-name = Votre nom de famille
claim-username = Le nom avec lequel vous vous connectez
claim-email = Votre adresse e-mail
claim-emails = Vos adresses e-mail
claim-roles = Ce que vous pouvez faire dans cette application
claim-groups = Les groupes auxquels vous appartenez
claim-idp = D'où vient votre compte
claim-way = La façon dont vous vous êtes connecté
claim-amr = Comment vous avez prouvé votre identité
claim-acct = Membre (0) ou invité (1) de l'annuaire
claim-auth-time = Quand vous vous êtes connecté
claim-exp = Quand ce jeton expire
claim-ver = La version de ce jeton

## Result of an API call

api-result = Résultat de l'API
api-result-title = Résultat de l'appel de l'API
api-result-again = Appeler à nouveau
api-result-status = État
api-result-binary =
    { $bytes ->
        [one] La réponse n'est pas du texte (un octet), elle n'est donc pas affichée.
       *[other] La réponse n'est pas du texte ({ $bytes } octets), elle n'est donc pas affichée.
    }
api-result-region = Réponse de l'API
api-result-cut = La réponse est plus longue ; seul son début est affiché.
api-result-empty = La réponse n'a pas de contenu.
api-result-type = Type de contenu

## Times

ago-now = à l'instant
ago-minutes =
    { $count ->
        [one] il y a { $count } minute
       *[other] il y a { $count } minutes
    }
ago-hours =
    { $count ->
        [one] il y a { $count } heure
       *[other] il y a { $count } heures
    }
ago-days =
    { $count ->
        [one] il y a { $count } jour
       *[other] il y a { $count } jours
    }
in-minutes =
    { $count ->
        [one] dans { $count } minute
       *[other] dans { $count } minutes
    }
in-hours =
    { $count ->
        [one] dans { $count } heure
       *[other] dans { $count } heures
    }
in-days =
    { $count ->
        [one] dans { $count } jour
       *[other] dans { $count } jours
    }

## What did not work: what to do about it

try-again = Réessayer
start-again = Recommencer
other-account = Utiliser un autre compte
ask-again = Redemander
details = Détails pour l'assistance
details-hint = Si vous demandez de l'aide, joignez ces détails
detail-request-id = Numéro de la demande
detail-code = Code
detail-correlation-id = ID de corrélation
detail-authority-time = Heure du service de connexion
detail-time = Heure
reloads = Cette page réessaie d'elle-même.

## What did not work: the kind

kind-sign-in = Connexion non terminée
kind-soon = Réessayez dans un instant
kind-later = Réessayez plus tard
kind-unchanged = Rien n'a été modifié
kind-stopped = Arrêté
kind-permission = Autorisation manquante
kind-unavailable = Indisponible
kind-consent = Consentement de l'administrateur

## What did not work: pages and requests

problem-not-signed-in = Vous n'êtes pas connecté
    .sentence = Veuillez vous connecter pour voir cette page.
    .developer = Il faut être connecté pour voir cette page. Utilisez le bouton en haut de la page pour vous connecter.
problem-method-not-allowed = Cela ne fonctionne pas ici
    .sentence = Cette adresse n'accepte pas ce genre de demande.
problem-too-large = C'est trop volumineux
    .sentence = La demande est plus volumineuse que ce que cette adresse accepte.
problem-not-found = Page introuvable
    .sentence = Il n'y a pas de page à cette adresse.
problem-too-slow = Cela a pris trop de temps
    .sentence = La demande n'est pas arrivée à temps. Veuillez réessayer.
problem-not-a-form = Cela ne fonctionne pas ici
    .sentence = Cette adresse n'accepte que des formulaires.
problem-failed = Un problème est survenu de notre côté
    .sentence = Veuillez réessayer dans un instant.
problem-bad-request = Cette demande est illisible
    .sentence = Veuillez revenir en arrière et réessayer.
problem-cross-site = Veuillez utiliser les boutons de ce site
    .sentence = La demande ne venait pas d'une page de ce site, rien n'a donc été fait.
problem-too-many = Trop de demandes
    .sentence = Votre réseau a envoyé trop de demandes. Veuillez patienter un instant.
problem-unknown-host = Il n'y a rien à cette adresse
    .sentence = L'adresse est peut-être mal écrite, ou le site a déménagé.
problem-not-ready = Ce site n'est pas encore prêt
    .sentence = Il est en cours d'installation ou de modification. Veuillez réessayer dans une minute.

## What did not work: sign-in

problem-sign-in-invalid = Cette connexion ne peut pas être terminée
    .sentence = La réponse du service de connexion ne correspond à aucune connexion commencée ici. Rien n'a été modifié.
problem-sign-in-expired = Cette connexion a expiré
    .sentence = Elle a pris trop de temps, a déjà servi ou a été commencée dans un autre navigateur.
    .advice = Si cela se répète, autorisez les cookies pour ce site.
problem-answer-invalid = La réponse du service de connexion n'a pas été acceptée
    .sentence = La réponse n'a pas passé nos contrôles, vous n'avez donc pas été connecté.
problem-other-person = C'était un autre compte
    .sentence = Le compte au service de connexion n'est pas celui qui est connecté ici.
problem-step-up = Cette page demande une connexion plus forte
    .sentence = La page demande une connexion plus forte ou plus récente, et le service de connexion n'en a pas confirmé. Rien n'a été modifié.
    .advice = Réessayer n'aide que si vous vous connectez autrement, par exemple avec un second facteur. Sinon, adressez-vous à l'exploitant de cette application.
problem-loop = La connexion recommence sans cesse
    .sentence = Vous avez été envoyé { $count } fois de suite à la connexion sans atteindre la page. Nous avons arrêté pour que cela ne continue pas indéfiniment.
    .advice = Les causes habituelles : les cookies sont bloqués, une horloge est mal réglée ou l'application n'accepte pas la connexion. Attendez une minute, puis recommencez.
problem-consent-done = Vous êtes de retour du consentement de l'administrateur
    .sentence = Si l'autorisation a été accordée, elle s'applique à partir de la prochaine connexion. Cela peut prendre quelques minutes.

## What did not work: access

problem-not-allowed = Vous n'avez pas accès
    .advice = Vous êtes connecté au service de connexion, mais pas ici. L'exploitant de cette application décide qui a accès.
not-allowed-tenant = Votre organisation n'a pas accès à cette application.
not-allowed-tenant-missing = Le service de connexion n'a pas indiqué à quelle organisation vous appartenez, et cette application l'exige.
not-allowed-role = Vous n'avez aucun des rôles que cette application exige.
not-allowed-group = Vous n'êtes dans aucun des groupes que cette application exige.
not-allowed-groups-unknown = Vos groupes n'ont pas pu être lus pour le moment, et cette application en exige un. Veuillez réessayer dans une minute.
not-allowed-email = Votre adresse e-mail n'est pas sur la liste de cette application.
not-allowed-email-unverified = Cette application admet les personnes selon leur adresse e-mail, et la vôtre n'est pas vérifiée par le service de connexion.
problem-consent-required = L'API ne peut pas encore être appelée
    .sentence = L'application a besoin de ces autorisations pour appeler l'API, et elles n'ont pas été accordées.
    .administrator = Seul un administrateur peut accorder ces autorisations dans cet annuaire. Demandez à un administrateur de donner son consentement à cette application ; vous reconnecter n'y change rien.
problem-permission-missing = Impossible d'utiliser { $name } pour l'instant
    .sentence = Cette application ne peut pas encore utiliser { $name } pour vous : une autorisation n'a pas été accordée.
    .administrator = Seul un administrateur peut accorder cette autorisation. Demandez à un administrateur de donner son consentement à cette application ; vous reconnecter n'y change rien.

## What did not work: outages

problem-authority-unavailable = Le service de connexion ne répond pas
    .sentence = Nous ne pouvons pas le joindre pour le moment. Veuillez réessayer dans un instant.
    .advice = Les personnes déjà connectées peuvent continuer.
problem-authority-busy = Le service de connexion est surchargé
    .sentence = Il nous demande d'attendre. Veuillez réessayer dans un instant.
problem-credential-unavailable = Cette application ne peut pas s'authentifier pour le moment
    .sentence = La plateforme sur laquelle elle fonctionne ne lui fournit pas d'identifiants pour le moment. Veuillez réessayer dans un instant.
problem-refresh-in-progress = Votre connexion est en cours de renouvellement
    .sentence = Le service de connexion prend son temps. Veuillez réessayer dans un instant.
problem-misconfigured = Cette application n'est pas bien configurée
    .sentence = Le service de connexion et cette application ne s'accordent pas. L'exploitant doit agir et trouve la raison dans le journal.
    .credential = Ses propres identifiants pour le service de connexion sont inutilisables. L'exploitant doit agir et trouve la raison dans le journal.
    .nobody = Le service de connexion ne dit pas qui vous êtes. L'exploitant de cette application doit ajouter l'information « User's Object ID » (oid) au flux utilisateur, et en trouve davantage dans le journal.
problem-api-unavailable = { $name } n'a pas répondu
    .sentence = Le service derrière cette page n'a pas répondu ou s'est interrompu.
    .advice = Vous êtes toujours connecté, et le reste de ce site fonctionne.
problem-api-timed-out = { $name } n'a pas répondu à temps
    .sentence = Le service derrière cette page a mis trop de temps. Veuillez réessayer.
    .advice = Vous êtes toujours connecté, et le reste de ce site fonctionne.
problem-api-throttled = { $name } est surchargé
    .sentence =
        { $seconds ->
            [one] Le service ne peut pas vous répondre pour le moment. Veuillez réessayer dans une seconde.
           *[other] Le service ne peut pas vous répondre pour le moment. Veuillez réessayer dans { $seconds } secondes.
        }
problem-upstream-unavailable = { $name } ne répond pas
    .sentence = Cette partie du site est indisponible pour le moment. Veuillez réessayer dans un instant.
    .advice = Vous êtes toujours connecté, et le reste de ce site fonctionne.
problem-busy = Votre modification n'est pas encore arrivée ici
    .sentence = Votre session était renouvelée au même moment. Veuillez réessayer dans un instant.
problem-groups-unavailable = Vos groupes n'ont pas pu être lus
    .sentence = Cette application admet les membres de certains groupes, et l'annuaire ne nous donne pas les vôtres pour le moment. Personne n'a été déconnecté ; veuillez réessayer dans un instant.
problem-unavailable = Quelque chose ne va pas de notre côté
    .sentence = Nous ne pouvons pas savoir pour le moment qui est connecté. Personne n'a été déconnecté ; veuillez réessayer dans un instant.

## What the sign-in service refused

refused-several-accounts = Plusieurs comptes sont connectés
    .sentence = Choisissez le compte que vous voulez utiliser ici.
refused-foreign-account = Ce compte appartient à un autre endroit
    .sentence = Votre compte n'est pas connu dans l'annuaire de cette organisation. Utilisez un autre compte ou demandez une invitation.
refused-password-expired = Votre mot de passe a expiré
    .sentence = Reconnectez-vous et choisissez un nouveau mot de passe.
refused-account-disabled = Votre compte est désactivé
    .sentence = Votre organisation a désactivé ce compte. Son assistance peut vous dire pourquoi.
refused-no-session = Veuillez vous reconnecter
    .sentence = Le service de connexion n'a plus de session pour vous.
refused-sign-in-ended = Veuillez vous reconnecter
    .sentence = Votre connexion au service de connexion est terminée.
refused-extra-proof = Il reste une étape
    .sentence = Votre organisation demande une autre preuve, par exemple un code sur votre téléphone. Reconnectez-vous pour la fournir.
refused-grant-over = Votre connexion a expiré
    .sentence = Le service de connexion vous demande de vous reconnecter.
refused-attention-needed = Veuillez vous reconnecter
    .sentence = Le service de connexion demande votre attention.
refused-cancelled = Vous avez annulé
    .sentence = Rien n'a été modifié.
refused-forgot-password = Mot de passe oublié ?
    .sentence = Ce site n'a pas sa propre page pour réinitialiser un mot de passe. Utilisez celle du service de connexion ou demandez de l'aide.
refused-link-over = Ce lien n'est plus valable
    .sentence = Demandez-en un nouveau, ou connectez-vous sans lui.
refused-attempt-mismatch = Cette connexion ne peut pas être terminée
    .sentence = Veuillez recommencer.
refused-denied = La connexion n'a pas été terminée
    .sentence = Elle a été annulée, ou le service de connexion ne l'a pas permise.
refused-not-assigned = Vous n'êtes pas affecté à cette application
    .sentence = Votre organisation n'admet que des personnes choisies. Demandez à votre administrateur de vous affecter.
refused-conditional-access = Les règles de votre organisation ne le permettent pas
    .sentence = Une règle d'accès conditionnel refuse cet appareil, ce lieu ou cette application. Votre assistance peut vous dire laquelle.
refused-device-rule = Les règles de votre organisation ne permettent pas cet appareil
    .sentence = Utilisez un appareil géré par votre organisation ou adressez-vous à votre assistance. Vous reconnecter sur cet appareil n'y change rien.
refused-consent-missing = Un consentement manque
    .sentence = Cette application a besoin d'une autorisation que personne n'a encore accordée. Reconnectez-vous pour l'accorder ou adressez-vous à votre administrateur.
refused-administrator-consent = Un administrateur doit d'abord donner son accord
    .sentence = Cette application a besoin d'autorisations que seul un administrateur de l'annuaire peut accorder. Adressez-vous au vôtre ; vous reconnecter n'y change rien.
refused-consent-declined = Vous avez refusé
    .sentence = Sans les autorisations demandées, l'application ne peut pas continuer. Rien n'a été communiqué.
refused-request-loop = Trop de connexions à la suite
    .sentence = Le service de connexion a remarqué une boucle. Fermez les autres onglets de ce site et réessayez dans une minute.
refused-busy = Le service de connexion est surchargé
    .sentence = Veuillez réessayer dans une minute.
refused-authority-problem = Le service de connexion a eu un problème
    .sentence = Veuillez réessayer dans une minute.
refused-policy-message = La connexion n'a pas été terminée
    .sentence = Les règles du service de connexion l'ont refusée. Son exploitant peut vous dire pourquoi.
refused-configuration = Cette application n'est pas bien configurée
    .sentence = Le service de connexion n'accepte pas cette application telle qu'elle est configurée. L'exploitant doit agir ; réessayer n'y change rien.
    .redirect-uri = Enregistrez exactement cette adresse de redirection auprès du service de connexion :
refused-other = La connexion n'a pas été terminée
    .sentence = Le service de connexion a répondu par une erreur.
