# Español

## This language

language-name = Español
direction = ltr
date-locale = es-ES

## Around every page

skip = Ir al contenido
sign-in = Iniciar sesión
sign-out = Cerrar sesión
signed-in-as = Sesión iniciada como
your-account = Su cuenta
home = Inicio
you = Usted
sessions = Sesiones
token-details = Detalles del token
back = Volver
guarded = Protegido por gatehouse
support = Ayuda y soporte
imprint = Aviso legal
privacy = Privacidad
terms = Condiciones de uso
language = Idioma
language-choose = Cambiar

## Home

home-signed-in = Ha iniciado sesión
home-welcome = Le damos la bienvenida, { $name }
home-access = Tiene acceso a { $site }.
home-signed-out = No ha iniciado sesión.
home-sign-in = Inicie sesión para continuar en { $site }.
home-curious = Solo quienes han iniciado sesión ven esta página. Hasta entonces responde 401:
home-apis = Llamar a una API web
home-apis-hint = Llame a una API en su nombre y vea la respuesta.
home-you-hint = Su nombre, su cuenta y cómo inició sesión
home-token-details-hint = Lo que el servicio de inicio de sesión dice de usted
home-sessions-hint = Dónde tiene la sesión iniciada y cómo cerrarla allí
edit-profile = Editar el perfil
edit-profile-hint = Cambiar su nombre y otros datos
reset-password = Restablecer la contraseña
reset-password-hint = Elegir una contraseña nueva
developer = Para quien desarrolla
developer-redirect-uri = Registre esta dirección de redirección en el servicio de inicio de sesión:

## News, shown once

news-sign-in-cancelled = Ha cancelado el inicio de sesión.
news-edit-cancelled = Ha cancelado. Su perfil no se ha modificado.
news-reset-cancelled = Ha cancelado. Su contraseña no se ha modificado.
news-profile-updated = Su perfil se ha actualizado.
news-sessions-ended =
    { $count ->
        [0] No se ha cerrado ninguna sesión.
        [one] Se ha cerrado una sesión.
       *[other] Se han cerrado { $count } sesiones.
    }
news-session-ended = Su sesión se ha cerrado, aquí o en otro lugar. Inicie sesión de nuevo para continuar.
news-session-expired = Su sesión ha caducado. Inicie sesión de nuevo para continuar.
news-session-not-allowed = Ya no tiene acceso, por lo que su sesión se ha cerrado. Diríjase al responsable de este sitio si cree que es un error.
news-session-renamed = El nombre de la sesión se ha guardado.

## Sign-out

sign-out-title = ¿Cerrar sesión?
sign-out-sentence = Se cerrará su sesión aquí y en el servicio de inicio de sesión.
sign-out-stay = Mantener la sesión
signed-out = Sesión cerrada
signed-out-title = Ha cerrado la sesión
signed-out-everywhere = Su sesión está cerrada aquí y en el servicio de inicio de sesión.
signed-out-here-only = Su sesión aquí ha terminado. Es posible que siga abierta en el servicio de inicio de sesión.
signed-out-nobody = No hay ninguna sesión en este navegador.
signed-out-shared = En un ordenador compartido, cierre ahora el navegador.
signed-out-onward = Continuar

## Sessions

sessions-title = Mis sesiones
sessions-lead = Los navegadores en los que tiene la sesión iniciada en { $site }. Cierre cualquier sesión que no reconozca.
session-this = Este navegador
session-seen = Último uso
session-created = Inicio de sesión
session-expires = Caduca como muy tarde
session-network = Red
session-end = Cerrar
session-end-which = Cerrar la sesión de { $browser }, iniciada el { $when }
session-name = Nombre
session-name-save = Guardar
session-name-hint = Un nombre le ayuda a reconocer esta sesión, por ejemplo «Tableta de la cocina».
sessions-end-others = Cerrar todas las demás sesiones
sessions-end-others-title = ¿Cerrar todas las demás sesiones?
sessions-end-others-sentence = Se cerrará su sesión en todos los demás navegadores. En este navegador seguirá abierta.
sessions-keep = Conservarlas
sessions-only = No tiene la sesión iniciada en ningún otro lugar.
browser-on-system = { $browser } en { $system }
browser-unknown = Navegador desconocido

## You

you-name = Nombre
you-account = Cuenta
you-directory = Directorio
you-method = Cómo inició sesión
you-since = Inicio de sesión
you-other-account = Usar otra cuenta
method-password = Contraseña
method-several = Contraseña y otra prueba
method-key = Llave o dispositivo
method-code = Código por mensaje o aplicación
method-other = En el servicio de inicio de sesión

## Details of the ID token

token-details-title = Detalles del token de identidad
token-details-caption = Datos del token de identidad
token-details-claim = Dato
token-details-value = Valor
token-details-empty-list = Una lista vacía
token-details-more =
    { $count ->
        [one] y uno más
       *[other] y { $count } más
    }
token-details-hidden = Los valores que solo necesita el protocolo no se muestran.
token-details-none = El token de identidad no tiene datos que se puedan mostrar aquí.
claim-aud = La aplicación para la que es este token
claim-iss = Quién emitió este token
claim-sub = Su identificador en esta aplicación
claim-oid = Su identificador en el directorio
claim-tid = El directorio al que pertenece su cuenta
claim-sid = Su sesión en el servicio de inicio de sesión
claim-name = Su nombre
claim-given-name = Su nombre de pila
claim-family-name = Sus apellidos
claim-username = El nombre con el que inicia sesión
claim-email = Su dirección de correo electrónico
claim-emails = Sus direcciones de correo electrónico
claim-roles = Lo que puede hacer en esta aplicación
claim-groups = Los grupos a los que pertenece
claim-idp = De dónde procede su cuenta
claim-way = La forma en que inició sesión
claim-amr = Cómo demostró quién es
claim-acct = Miembro (0) o invitado (1) del directorio
claim-auth-time = Cuándo inició sesión
claim-exp = Cuándo caduca este token
claim-ver = La versión de este token

## Result of an API call

api-result = Resultado de la API
api-result-title = Resultado de la llamada a la API
api-result-again = Llamar de nuevo
api-result-status = Estado
api-result-binary =
    { $bytes ->
        [one] La respuesta no es texto (un byte), por lo que no se muestra.
       *[other] La respuesta no es texto ({ $bytes } bytes), por lo que no se muestra.
    }
api-result-region = Respuesta de la API
api-result-cut = La respuesta es más larga; solo se muestra el principio.
api-result-empty = La respuesta no tiene contenido.
api-result-type = Tipo de contenido

## Times

ago-now = ahora mismo
ago-minutes =
    { $count ->
        [one] hace { $count } minuto
       *[other] hace { $count } minutos
    }
ago-hours =
    { $count ->
        [one] hace { $count } hora
       *[other] hace { $count } horas
    }
ago-days =
    { $count ->
        [one] hace { $count } día
       *[other] hace { $count } días
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
        [one] dentro de { $count } día
       *[other] dentro de { $count } días
    }

## What did not work: what to do about it

try-again = Intentar de nuevo
start-again = Empezar de nuevo
other-account = Usar otra cuenta
ask-again = Volver a pedir
details = Detalles para el soporte
details-hint = Si pide ayuda, incluya estos detalles
detail-request-id = Número de la solicitud
detail-code = Código
detail-correlation-id = Id. de correlación
detail-authority-time = Hora en el servicio de inicio de sesión
detail-time = Hora
reloads = Esta página lo intenta de nuevo por sí sola.

## What did not work: the kind

kind-sign-in = Inicio de sesión no completado
kind-soon = Inténtelo de nuevo en breve
kind-later = Inténtelo más tarde
kind-unchanged = No se ha cambiado nada
kind-stopped = Detenido
kind-permission = Falta un permiso
kind-unavailable = No disponible
kind-consent = Consentimiento del administrador

## What did not work: pages and requests

problem-not-signed-in = No ha iniciado sesión
    .sentence = Inicie sesión para ver esta página.
    .developer = Para ver esta página hay que iniciar sesión. Use el botón de la parte superior de la página.
problem-method-not-allowed = Esto no funciona aquí
    .sentence = Esta dirección no acepta este tipo de solicitud.
problem-too-large = Es demasiado grande
    .sentence = La solicitud es mayor de lo que acepta esta dirección.
problem-not-found = Página no encontrada
    .sentence = No hay ninguna página en esta dirección.
problem-too-slow = Ha tardado demasiado
    .sentence = La solicitud no llegó a tiempo. Inténtelo de nuevo.
problem-not-a-form = Esto no funciona aquí
    .sentence = Esta dirección solo acepta formularios.
problem-failed = Algo ha fallado por nuestra parte
    .sentence = Inténtelo de nuevo en un momento.
problem-bad-request = Esta solicitud no se puede leer
    .sentence = Vuelva atrás e inténtelo de nuevo.
problem-cross-site = Use los botones de este sitio
    .sentence = La solicitud no procedía de una página de este sitio, por lo que no se ha hecho nada.
problem-too-many = Demasiadas solicitudes
    .sentence = Ha habido demasiadas solicitudes desde su red. Espere un momento.
problem-unknown-host = No hay nada en esta dirección
    .sentence = Puede que la dirección esté mal escrita o que el sitio se haya trasladado.
problem-not-ready = Este sitio aún no está listo
    .sentence = Se está configurando o modificando. Inténtelo de nuevo en un minuto.

## What did not work: sign-in

problem-sign-in-invalid = Este inicio de sesión no se puede completar
    .sentence = La respuesta del servicio de inicio de sesión no corresponde a ningún inicio de sesión empezado aquí. No se ha cambiado nada.
problem-sign-in-expired = Este inicio de sesión ha caducado
    .sentence = Tardó demasiado, ya se había usado o se empezó en otro navegador.
    .advice = Si esto se repite, permita las cookies para este sitio.
problem-answer-invalid = No se ha aceptado la respuesta del servicio de inicio de sesión
    .sentence = La respuesta no ha superado nuestras comprobaciones, por lo que no se ha iniciado su sesión.
problem-other-person = Era otra cuenta
    .sentence = La cuenta del servicio de inicio de sesión no es la que tiene la sesión iniciada aquí.
problem-step-up = Esta página pide un inicio de sesión más seguro
    .sentence = La página pide un inicio de sesión más seguro o más reciente, y el servicio de inicio de sesión no ha confirmado ninguno. No se ha cambiado nada.
    .advice = Volver a intentarlo solo ayuda si inicia sesión de otra forma, por ejemplo con un segundo factor. Si no, pregunte al responsable de esta aplicación.
problem-loop = El inicio de sesión empieza una y otra vez
    .sentence = Se le ha enviado a iniciar sesión { $count } veces seguidas sin llegar a la página. Nos hemos detenido para que esto no continúe sin fin.
    .advice = Las causas habituales: las cookies están bloqueadas, un reloj va mal o la aplicación no acepta el inicio de sesión. Espere un minuto y empiece de nuevo.
problem-consent-done = Ha vuelto del consentimiento del administrador
    .sentence = Si se concedió el permiso, vale a partir del próximo inicio de sesión. Puede tardar unos minutos en surtir efecto.

## What did not work: access

problem-not-allowed = No tiene acceso
    .advice = Tiene la sesión iniciada en el servicio de inicio de sesión, pero no aquí. El responsable de esta aplicación decide quién tiene acceso.
not-allowed-tenant = Su organización no tiene acceso a esta aplicación.
not-allowed-tenant-missing = El servicio de inicio de sesión no ha indicado a qué organización pertenece usted, y esta aplicación lo exige.
not-allowed-role = No tiene ninguno de los roles que exige esta aplicación.
not-allowed-group = No está en ninguno de los grupos que exige esta aplicación.
not-allowed-groups-unknown = No se han podido leer sus grupos en este momento, y esta aplicación exige uno. Inténtelo de nuevo en un minuto.
not-allowed-email = Su dirección de correo electrónico no está en la lista de esta aplicación.
not-allowed-email-unverified = Esta aplicación admite a las personas por su dirección de correo electrónico, y el servicio de inicio de sesión no ha verificado la suya.
problem-consent-required = Todavía no se puede llamar a la API
    .sentence = La aplicación necesita estos permisos para llamar a la API, y no se han concedido.
    .administrator = Solo un administrador puede conceder estos permisos en este directorio. Pida a un administrador que dé su consentimiento a esta aplicación; iniciar sesión de nuevo no sirve.
problem-permission-missing = Todavía no se puede usar { $name }
    .sentence = Esta aplicación aún no puede usar { $name } en su nombre: no se ha concedido un permiso.
    .administrator = Solo un administrador puede conceder el permiso. Pida a un administrador que dé su consentimiento a esta aplicación; iniciar sesión de nuevo no sirve.

## What did not work: outages

problem-authority-unavailable = El servicio de inicio de sesión no responde
    .sentence = No podemos contactar con él en este momento. Inténtelo de nuevo en breve.
    .advice = Quienes ya han iniciado sesión pueden continuar.
problem-authority-busy = El servicio de inicio de sesión está ocupado
    .sentence = Nos pide que esperemos. Inténtelo de nuevo en breve.
problem-credential-unavailable = Esta aplicación no puede autenticarse en este momento
    .sentence = La plataforma en la que funciona no le da credenciales en este momento. Inténtelo de nuevo en breve.
problem-refresh-in-progress = Su sesión se está renovando
    .sentence = El servicio de inicio de sesión se toma su tiempo. Inténtelo de nuevo en un momento.
problem-misconfigured = Esta aplicación no está bien configurada
    .sentence = El servicio de inicio de sesión y esta aplicación no encajan. El responsable debe actuar y encuentra el motivo en el registro.
    .credential = Sus propias credenciales para el servicio de inicio de sesión no se pueden usar. El responsable debe actuar y encuentra el motivo en el registro.
    .nobody = El servicio de inicio de sesión no dice quién es usted. El responsable de esta aplicación debe añadir el dato «User's Object ID» (oid) al flujo de usuario, y encuentra más en el registro.
problem-api-unavailable = { $name } no ha respondido
    .sentence = El servicio que hay detrás de esta página no ha respondido o se ha interrumpido.
    .advice = Su sesión sigue iniciada y el resto de este sitio funciona.
problem-api-timed-out = { $name } no ha respondido a tiempo
    .sentence = El servicio que hay detrás de esta página ha tardado demasiado. Inténtelo de nuevo.
    .advice = Su sesión sigue iniciada y el resto de este sitio funciona.
problem-api-throttled = { $name } no da abasto
    .sentence =
        { $seconds ->
            [one] No puede responderle ahora. Inténtelo de nuevo dentro de un segundo.
           *[other] No puede responderle ahora. Inténtelo de nuevo dentro de { $seconds } segundos.
        }
problem-upstream-unavailable = { $name } no responde
    .sentence = Esta parte del sitio no está disponible en este momento. Inténtelo de nuevo en breve.
    .advice = Su sesión sigue iniciada y el resto de este sitio funciona.
problem-busy = Su cambio aún no ha llegado aquí
    .sentence = Su sesión se estaba renovando al mismo tiempo. Inténtelo de nuevo en un momento.
problem-groups-unavailable = No se han podido leer sus grupos
    .sentence = Esta aplicación admite a miembros de ciertos grupos, y el directorio no nos da los suyos en este momento. No se ha cerrado la sesión de nadie; inténtelo de nuevo en un momento.
problem-unavailable = Algo no va bien por nuestra parte
    .sentence = En este momento no podemos saber quién ha iniciado sesión. No se ha cerrado la sesión de nadie; inténtelo de nuevo en un momento.

## What the sign-in service refused

refused-several-accounts = Hay varias cuentas con la sesión iniciada
    .sentence = Elija la cuenta que quiere usar aquí.
refused-foreign-account = Esta cuenta pertenece a otro lugar
    .sentence = Su cuenta no se conoce en el directorio de esta organización. Use otra cuenta o pida una invitación.
refused-password-expired = Su contraseña ha caducado
    .sentence = Inicie sesión de nuevo y elija una contraseña nueva.
refused-account-disabled = Su cuenta está desactivada
    .sentence = Su organización ha desactivado esta cuenta. Su servicio de asistencia puede decirle por qué.
refused-no-session = Inicie sesión de nuevo
    .sentence = El servicio de inicio de sesión ya no tiene una sesión para usted.
refused-sign-in-ended = Inicie sesión de nuevo
    .sentence = Su sesión en el servicio de inicio de sesión ha terminado.
refused-extra-proof = Falta un paso más
    .sentence = Su organización pide otra prueba, como un código en su teléfono. Inicie sesión de nuevo para darla.
refused-grant-over = Su sesión ha caducado
    .sentence = El servicio de inicio de sesión le pide que inicie sesión de nuevo.
refused-attention-needed = Inicie sesión de nuevo
    .sentence = El servicio de inicio de sesión requiere su atención.
refused-cancelled = Ha cancelado
    .sentence = No se ha cambiado nada.
refused-forgot-password = ¿Ha olvidado la contraseña?
    .sentence = Este sitio no tiene una página propia para restablecer una contraseña. Use la del servicio de inicio de sesión o pida ayuda.
refused-link-over = Este enlace ya no es válido
    .sentence = Pida uno nuevo o inicie sesión sin él.
refused-attempt-mismatch = Este inicio de sesión no se puede completar
    .sentence = Empiece de nuevo.
refused-denied = El inicio de sesión no se ha completado
    .sentence = Se canceló o el servicio de inicio de sesión no lo permitió.
refused-not-assigned = No está asignado a esta aplicación
    .sentence = Su organización solo admite a personas elegidas. Pida a su administrador que le asigne.
refused-conditional-access = Las reglas de su organización no lo permiten
    .sentence = Una regla de acceso condicional rechaza este dispositivo, lugar o aplicación. Su servicio de asistencia puede decirle cuál.
refused-device-rule = Las reglas de su organización no permiten este dispositivo
    .sentence = Use un dispositivo administrado por su organización o pregunte a su servicio de asistencia. Iniciar sesión de nuevo en este dispositivo no sirve.
refused-consent-missing = Falta un consentimiento
    .sentence = Esta aplicación necesita un permiso que nadie ha concedido todavía. Inicie sesión de nuevo para concederlo o pregunte a su administrador.
refused-administrator-consent = Antes debe aceptar un administrador
    .sentence = Esta aplicación necesita permisos que solo un administrador del directorio puede conceder. Pregunte al suyo; iniciar sesión de nuevo no sirve.
refused-consent-declined = Ha rechazado la solicitud
    .sentence = Sin los permisos que pidió, la aplicación no puede continuar. No se ha compartido nada.
refused-request-loop = Demasiados inicios de sesión seguidos
    .sentence = El servicio de inicio de sesión ha detectado un bucle. Cierre las demás pestañas de este sitio e inténtelo de nuevo en un minuto.
refused-busy = El servicio de inicio de sesión está ocupado
    .sentence = Inténtelo de nuevo en un minuto.
refused-authority-problem = El servicio de inicio de sesión ha tenido un problema
    .sentence = Inténtelo de nuevo en un minuto.
refused-policy-message = El inicio de sesión no se ha completado
    .sentence = Las reglas del servicio de inicio de sesión lo han rechazado. Su responsable puede decirle por qué.
refused-configuration = Esta aplicación no está bien configurada
    .sentence = El servicio de inicio de sesión no acepta esta aplicación tal como está configurada. El responsable debe actuar; intentarlo de nuevo no sirve.
    .redirect-uri = Registre exactamente esta dirección de redirección en el servicio de inicio de sesión:
refused-other = El inicio de sesión no se ha completado
    .sentence = El servicio de inicio de sesión ha respondido con un error.
