# Português

## This language

language-name = Português
direction = ltr
date-locale = pt-PT

## Around every page

skip = Ir para o conteúdo
sign-in = Entrar
sign-out = Sair
signed-in-as = Sessão iniciada como
your-account = A sua conta
home = Início
you = Você
sessions = Sessões
token-details = Detalhes do token
back = Voltar
guarded = Protegido por gatehouse
support = Ajuda e suporte
imprint = Informação legal
privacy = Privacidade
terms = Termos de utilização
language = Idioma
language-choose = Mudar

## Home

home-signed-in = Sessão iniciada
home-welcome = Boas-vindas, { $name }
home-access = Tem acesso a { $site }.
home-signed-out = Não tem sessão iniciada.
home-sign-in = Entre para continuar em { $site }.
home-curious = Só quem tem sessão iniciada vê esta página. Até lá, ela responde 401:
home-apis = Chamar uma API web
home-apis-hint = Chame uma API em seu nome e veja a resposta.
home-you-hint = O seu nome, a sua conta e como entrou
home-token-details-hint = O que o serviço de início de sessão diz sobre si
home-sessions-hint = Onde tem sessão iniciada e como sair de lá
edit-profile = Editar o perfil
edit-profile-hint = Alterar o seu nome e outros dados
reset-password = Repor a palavra-passe
reset-password-hint = Escolher uma nova palavra-passe
developer = Para quem desenvolve
developer-redirect-uri = Registe este endereço de redirecionamento no serviço de início de sessão:

## News, shown once

news-sign-in-cancelled = Cancelou o início de sessão.
news-edit-cancelled = Cancelou. O seu perfil não foi alterado.
news-reset-cancelled = Cancelou. A sua palavra-passe não foi alterada.
news-profile-updated = O seu perfil foi atualizado.
news-sessions-ended =
    { $count ->
        [0] Nenhuma sessão foi terminada.
        [one] Uma sessão foi terminada.
       *[other] { $count } sessões foram terminadas.
    }
news-session-ended = A sua sessão foi terminada, aqui ou noutro lugar. Entre de novo para continuar.
news-session-expired = A sua sessão expirou. Entre de novo para continuar.
news-session-not-allowed = Já não tem acesso, por isso a sua sessão foi terminada. Contacte o responsável por este site se achar que é um engano.
news-session-renamed = O nome da sessão foi guardado.

## Sign-out

sign-out-title = Sair?
sign-out-sentence = A sua sessão será terminada aqui e no serviço de início de sessão.
sign-out-stay = Manter a sessão
signed-out = Sessão terminada
signed-out-title = Terminou a sessão
signed-out-everywhere = A sua sessão está terminada aqui e no serviço de início de sessão.
signed-out-here-only = A sua sessão aqui terminou. Pode ainda ter sessão iniciada no serviço de início de sessão.
signed-out-nobody = Não há nenhuma sessão neste navegador.
signed-out-shared = Num computador partilhado, feche agora o navegador.
signed-out-onward = Continuar

## Sessions

sessions-title = As minhas sessões
sessions-lead = Os navegadores em que tem sessão iniciada em { $site }. Termine qualquer sessão que não reconheça.
session-this = Este navegador
session-seen = Última utilização
session-created = Início de sessão
session-expires = Expira o mais tardar
session-network = Rede
session-end = Terminar
session-end-which = Terminar a sessão de { $browser }, iniciada em { $when }
session-name = Nome
session-name-save = Guardar
session-name-hint = Um nome ajuda a reconhecer esta sessão, por exemplo «Tablet da cozinha».
sessions-end-others = Terminar todas as outras sessões
sessions-end-others-title = Terminar todas as outras sessões?
sessions-end-others-sentence = A sua sessão será terminada em todos os outros navegadores. Neste navegador continua iniciada.
sessions-keep = Mantê-las
sessions-only = Não tem sessão iniciada em mais nenhum lugar.
browser-on-system = { $browser } em { $system }
browser-unknown = Navegador desconhecido

## You

you-name = Nome
you-account = Conta
you-directory = Diretório
you-method = Como entrou
you-since = Início de sessão
you-other-account = Usar outra conta
method-password = Palavra-passe
method-several = Palavra-passe e outra prova
method-key = Chave ou dispositivo
method-code = Código por mensagem ou aplicação
method-other = No serviço de início de sessão

## Details of the ID token

token-details-title = Detalhes do token de identidade
token-details-caption = Dados do token de identidade
token-details-claim = Dado
token-details-value = Valor
token-details-empty-list = Uma lista vazia
token-details-more =
    { $count ->
        [one] e mais um
       *[other] e mais { $count }
    }
token-details-hidden = Os valores de que só o protocolo precisa não são mostrados.
token-details-none = O token de identidade não tem dados que possam ser mostrados aqui.
claim-aud = A aplicação a que este token se destina
claim-iss = Quem emitiu este token
claim-sub = O seu identificador nesta aplicação
claim-oid = O seu identificador no diretório
claim-tid = O diretório a que a sua conta pertence
claim-sid = A sua sessão no serviço de início de sessão
claim-name = O seu nome
claim-given-name = O seu nome próprio
claim-family-name = O seu apelido
claim-username = O nome com que entra
claim-email = O seu endereço de e-mail
claim-emails = Os seus endereços de e-mail
claim-roles = O que pode fazer nesta aplicação
claim-groups = Os grupos a que pertence
claim-idp = De onde vem a sua conta
claim-way = A forma como entrou
claim-amr = Como provou quem é
claim-acct = Membro (0) ou convidado (1) do diretório
claim-auth-time = Quando entrou
claim-exp = Quando este token expira
claim-ver = A versão deste token

## Result of an API call

api-result = Resultado da API
api-result-title = Resultado da chamada à API
api-result-again = Chamar de novo
api-result-status = Estado
api-result-binary =
    { $bytes ->
        [one] A resposta não é texto (um byte), por isso não é mostrada.
       *[other] A resposta não é texto ({ $bytes } bytes), por isso não é mostrada.
    }
api-result-region = Resposta da API
api-result-cut = A resposta é mais longa; só se mostra o início.
api-result-empty = A resposta não tem conteúdo.
api-result-type = Tipo de conteúdo

## Times

ago-now = agora mesmo
ago-minutes =
    { $count ->
        [one] há { $count } minuto
       *[other] há { $count } minutos
    }
ago-hours =
    { $count ->
        [one] há { $count } hora
       *[other] há { $count } horas
    }
ago-days =
    { $count ->
        [one] há { $count } dia
       *[other] há { $count } dias
    }
in-minutes =
    { $count ->
        [one] dentro de { $count } minuto
       *[other] dentro de { $count } minutos
    }
in-hours =
    { $count ->
        [one] dentro de { $count } hora
       *[other] dentro de { $count } horas
    }
in-days =
    { $count ->
        [one] dentro de { $count } dia
       *[other] dentro de { $count } dias
    }

## What did not work: what to do about it

try-again = Tentar de novo
start-again = Começar de novo
other-account = Usar outra conta
ask-again = Pedir de novo
details = Detalhes para o suporte
details-hint = Se pedir ajuda, inclua estes detalhes
detail-request-id = Número do pedido
detail-code = Código
detail-correlation-id = Id. de correlação
detail-authority-time = Hora no serviço de início de sessão
detail-time = Hora
reloads = Esta página tenta de novo por si própria.

## What did not work: the kind

kind-sign-in = Início de sessão não concluído
kind-soon = Tente de novo dentro de momentos
kind-later = Tente de novo mais tarde
kind-unchanged = Nada foi alterado
kind-stopped = Parado
kind-permission = Falta uma permissão
kind-unavailable = Indisponível
kind-consent = Consentimento do administrador

## What did not work: pages and requests

problem-not-signed-in = Não tem sessão iniciada
    .sentence = Entre para ver esta página.
    .developer = Para ver esta página é preciso ter sessão iniciada. Use o botão no topo da página para entrar.
problem-method-not-allowed = Isto não funciona aqui
    .sentence = Este endereço não aceita este tipo de pedido.
problem-too-large = É demasiado grande
    .sentence = O pedido é maior do que este endereço aceita.
problem-not-found = Página não encontrada
    .sentence = Não há nenhuma página neste endereço.
problem-too-slow = Demorou demasiado
    .sentence = O pedido não chegou a tempo. Tente de novo.
problem-not-a-form = Isto não funciona aqui
    .sentence = Este endereço só aceita formulários.
problem-failed = Algo correu mal do nosso lado
    .sentence = Tente de novo dentro de momentos.
problem-bad-request = Este pedido não pode ser lido
    .sentence = Volte atrás e tente de novo.
problem-cross-site = Use os botões deste site
    .sentence = O pedido não veio de uma página deste site, por isso nada foi feito.
problem-too-many = Demasiados pedidos
    .sentence = Houve demasiados pedidos da sua rede. Aguarde um momento.
problem-unknown-host = Não há nada neste endereço
    .sentence = O endereço pode estar mal escrito ou o site pode ter mudado.
problem-not-ready = Este site ainda não está pronto
    .sentence = Está a ser configurado ou alterado. Tente de novo dentro de um minuto.

## What did not work: sign-in

problem-sign-in-invalid = Este início de sessão não pode ser concluído
    .sentence = A resposta do serviço de início de sessão não pertence a nenhum início de sessão começado aqui. Nada foi alterado.
problem-sign-in-expired = Este início de sessão expirou
    .sentence = Demorou demasiado, já foi usado ou foi começado noutro navegador.
    .advice = Se isto se repetir, permita cookies para este site.
problem-answer-invalid = A resposta do serviço de início de sessão não foi aceite
    .sentence = A resposta não passou nas nossas verificações, por isso a sua sessão não foi iniciada.
problem-other-person = Era outra conta
    .sentence = A conta no serviço de início de sessão não é a que tem sessão iniciada aqui.
problem-step-up = Esta página exige um início de sessão mais forte
    .sentence = A página exige um início de sessão mais forte ou mais recente, e o serviço de início de sessão não confirmou nenhum. Nada foi alterado.
    .advice = Tentar de novo só ajuda se iniciar sessão de outra forma, por exemplo com um segundo fator. Caso contrário, pergunte ao responsável por esta aplicação.
problem-loop = O início de sessão recomeça sempre
    .sentence = Foi enviado para entrar { $count } vezes seguidas sem chegar à página. Parámos para que isto não continue sem fim.
    .advice = As causas habituais: os cookies estão bloqueados, um relógio está errado ou a aplicação não aceita o início de sessão. Espere um minuto e comece de novo.
problem-consent-done = Voltou do consentimento do administrador
    .sentence = Se a permissão foi dada, vale a partir do próximo início de sessão. Pode demorar alguns minutos a ter efeito.

## What did not work: access

problem-not-allowed = Não tem acesso
    .advice = Tem sessão iniciada no serviço de início de sessão, mas não aqui. O responsável por esta aplicação decide quem tem acesso.
not-allowed-tenant = A sua organização não tem acesso a esta aplicação.
not-allowed-tenant-missing = O serviço de início de sessão não indicou a que organização pertence, e esta aplicação exige-o.
not-allowed-role = Não tem nenhuma das funções que esta aplicação exige.
not-allowed-group = Não está em nenhum dos grupos que esta aplicação exige.
not-allowed-groups-unknown = Não foi possível ler os seus grupos neste momento, e esta aplicação exige um. Tente de novo dentro de um minuto.
not-allowed-email = O seu endereço de e-mail não está na lista desta aplicação.
not-allowed-email-unverified = Esta aplicação admite pessoas pelo endereço de e-mail, e o seu não está confirmado pelo serviço de início de sessão.
problem-consent-required = Ainda não é possível chamar a API
    .sentence = A aplicação precisa destas permissões para chamar a API, e elas não foram concedidas.
    .administrator = Só um administrador pode conceder estas permissões neste diretório. Peça a um administrador que dê o seu consentimento a esta aplicação; entrar de novo não ajuda.
problem-permission-missing = Ainda não é possível usar { $name }
    .sentence = Esta aplicação ainda não pode usar { $name } em seu nome: uma permissão não foi concedida.
    .administrator = Só um administrador pode conceder a permissão. Peça a um administrador que dê o seu consentimento a esta aplicação; entrar de novo não ajuda.

## What did not work: outages

problem-authority-unavailable = O serviço de início de sessão não responde
    .sentence = Neste momento não conseguimos contactá-lo. Tente de novo dentro de momentos.
    .advice = Quem já tem sessão iniciada pode continuar.
problem-authority-busy = O serviço de início de sessão está ocupado
    .sentence = Pede-nos que esperemos. Tente de novo dentro de momentos.
problem-credential-unavailable = Esta aplicação não pode autenticar-se neste momento
    .sentence = A plataforma em que funciona não lhe dá credenciais neste momento. Tente de novo dentro de momentos.
problem-refresh-in-progress = A sua sessão está a ser renovada
    .sentence = O serviço de início de sessão está a demorar. Tente de novo dentro de momentos.
problem-misconfigured = Esta aplicação não está bem configurada
    .sentence = O serviço de início de sessão e esta aplicação não combinam. O responsável tem de agir e encontra o motivo no registo.
    .credential = As credenciais desta aplicação para o serviço de início de sessão não podem ser usadas. O responsável tem de agir e encontra o motivo no registo.
    .nobody = O serviço de início de sessão não diz quem é. O responsável por esta aplicação tem de acrescentar o dado «User's Object ID» (oid) ao fluxo de utilizador, e encontra mais no registo.
problem-api-unavailable = { $name } não respondeu
    .sentence = O serviço por trás desta página não respondeu ou interrompeu-se.
    .advice = A sua sessão continua iniciada e o resto deste site funciona.
problem-api-timed-out = { $name } não respondeu a tempo
    .sentence = O serviço por trás desta página demorou demasiado. Tente de novo.
    .advice = A sua sessão continua iniciada e o resto deste site funciona.
problem-api-throttled = { $name } está com excesso de pedidos
    .sentence =
        { $seconds ->
            [one] Não pode responder-lhe agora. Tente de novo dentro de um segundo.
           *[other] Não pode responder-lhe agora. Tente de novo dentro de { $seconds } segundos.
        }
problem-upstream-unavailable = { $name } não responde
    .sentence = Esta parte do site não está disponível neste momento. Tente de novo dentro de momentos.
    .advice = A sua sessão continua iniciada e o resto deste site funciona.
problem-busy = A sua alteração ainda não chegou aqui
    .sentence = A sua sessão estava a ser renovada ao mesmo tempo. Tente de novo dentro de momentos.
problem-groups-unavailable = Não foi possível ler os seus grupos
    .sentence = Esta aplicação admite membros de certos grupos, e o diretório não nos dá os seus neste momento. Ninguém perdeu a sessão; tente de novo dentro de momentos.
problem-unavailable = Algo está errado do nosso lado
    .sentence = Neste momento não conseguimos saber quem tem sessão iniciada. Ninguém perdeu a sessão; tente de novo dentro de momentos.

## What the sign-in service refused

refused-several-accounts = Há várias contas com sessão iniciada
    .sentence = Escolha a conta que quer usar aqui.
refused-foreign-account = Esta conta pertence a outro lugar
    .sentence = A sua conta não é conhecida no diretório desta organização. Use outra conta ou peça um convite.
refused-password-expired = A sua palavra-passe expirou
    .sentence = Entre de novo e escolha uma nova palavra-passe.
refused-account-disabled = A sua conta está desativada
    .sentence = A sua organização desativou esta conta. O suporte dela pode dizer porquê.
refused-no-session = Entre de novo
    .sentence = O serviço de início de sessão já não tem uma sessão para si.
refused-sign-in-ended = Entre de novo
    .sentence = A sua sessão no serviço de início de sessão terminou.
refused-extra-proof = Falta mais um passo
    .sentence = A sua organização pede outra prova, como um código no seu telefone. Entre de novo para a dar.
refused-grant-over = A sua sessão expirou
    .sentence = O serviço de início de sessão pede-lhe que entre de novo.
refused-attention-needed = Entre de novo
    .sentence = O serviço de início de sessão pede a sua atenção.
refused-cancelled = Cancelou
    .sentence = Nada foi alterado.
refused-forgot-password = Esqueceu-se da palavra-passe?
    .sentence = Este site não tem uma página própria para repor a palavra-passe. Use a do serviço de início de sessão ou peça ajuda.
refused-link-over = Esta ligação já não é válida
    .sentence = Peça uma nova ou entre sem ela.
refused-attempt-mismatch = Este início de sessão não pode ser concluído
    .sentence = Comece de novo.
refused-denied = O início de sessão não foi concluído
    .sentence = Foi cancelado ou o serviço de início de sessão não o permitiu.
refused-not-assigned = Não está atribuído a esta aplicação
    .sentence = A sua organização só admite pessoas escolhidas. Peça ao seu administrador que o atribua.
refused-conditional-access = As regras da sua organização não o permitem
    .sentence = Uma regra de acesso condicional recusa este dispositivo, lugar ou aplicação. O seu suporte pode dizer qual.
refused-device-rule = As regras da sua organização não permitem este dispositivo
    .sentence = Use um dispositivo gerido pela sua organização ou pergunte ao seu suporte. Entrar de novo neste dispositivo não ajuda.
refused-consent-missing = Falta um consentimento
    .sentence = Esta aplicação precisa de uma permissão que ninguém concedeu ainda. Entre de novo para a conceder ou pergunte ao seu administrador.
refused-administrator-consent = Primeiro, um administrador tem de concordar
    .sentence = Esta aplicação precisa de permissões que só um administrador do diretório pode conceder. Pergunte ao seu; entrar de novo não ajuda.
refused-consent-declined = Recusou
    .sentence = Sem as permissões que pediu, a aplicação não pode continuar. Nada foi partilhado.
refused-request-loop = Demasiados inícios de sessão seguidos
    .sentence = O serviço de início de sessão detetou um ciclo. Feche os outros separadores deste site e tente de novo dentro de um minuto.
refused-busy = O serviço de início de sessão está ocupado
    .sentence = Tente de novo dentro de um minuto.
refused-authority-problem = O serviço de início de sessão teve um problema
    .sentence = Tente de novo dentro de um minuto.
refused-policy-message = O início de sessão não foi concluído
    .sentence = As regras do serviço de início de sessão recusaram-no. O seu responsável pode dizer porquê.
refused-configuration = Esta aplicação não está bem configurada
    .sentence = O serviço de início de sessão não aceita esta aplicação tal como está configurada. O responsável tem de agir; tentar de novo não ajuda.
    .redirect-uri = Registe exatamente este endereço de redirecionamento no serviço de início de sessão:
refused-other = O início de sessão não foi concluído
    .sentence = O serviço de início de sessão respondeu com um erro.
