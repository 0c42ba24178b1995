# العربية

## This language

language-name = العربية
direction = rtl
date-locale = ar

## Around every page

skip = الانتقال إلى المحتوى
sign-in = تسجيل الدخول
sign-out = تسجيل الخروج
signed-in-as = تم الدخول باسم
your-account = حسابك
home = الصفحة الرئيسية
you = معلوماتك
sessions = الجلسات
token-details = تفاصيل الرمز
back = رجوع
guarded = محمي بواسطة gatehouse
support = المساعدة والدعم
imprint = معلومات الناشر
privacy = الخصوصية
terms = شروط الاستخدام
language = اللغة
language-choose = تغيير

## Home

home-signed-in = لقد سجّلت الدخول
home-welcome = مرحبًا { $name }
home-access = يمكنك الوصول إلى { $site }.
home-signed-out = لم تسجّل الدخول.
home-sign-in = سجّل الدخول للمتابعة إلى { $site }.
home-curious = لا يرى هذه الصفحة إلا من سجّل الدخول. وحتى ذلك الحين تردّ بالرمز 401:
home-apis = استدعاء واجهة برمجية
home-apis-hint = استدعِ واجهة برمجية باسمك واطّلع على الرد.
home-you-hint = اسمك وحسابك وكيفية تسجيل دخولك
home-token-details-hint = ما تقوله خدمة تسجيل الدخول عنك
home-sessions-hint = أين سجّلت الدخول، وكيف تسجّل الخروج من هناك
edit-profile = تعديل الملف الشخصي
edit-profile-hint = تغيير اسمك وبيانات أخرى
reset-password = إعادة تعيين كلمة المرور
reset-password-hint = اختيار كلمة مرور جديدة
developer = للمطوّر
developer-redirect-uri = سجّل عنوان إعادة التوجيه هذا لدى خدمة تسجيل الدخول:

## News, shown once

news-sign-in-cancelled = لقد ألغيت تسجيل الدخول.
news-edit-cancelled = لقد ألغيت العملية. لم يتغيّر ملفك الشخصي.
news-reset-cancelled = لقد ألغيت العملية. لم تتغيّر كلمة مرورك.
news-profile-updated = تم تحديث ملفك الشخصي.
news-sessions-ended =
    { $count ->
        [0] لم تُنهَ أي جلسة.
        [one] أُنهيت جلسة واحدة.
        [two] أُنهيت جلستان.
        [few] أُنهيت { $count } جلسات.
        [many] أُنهيت { $count } جلسة.
       *[other] أُنهيت { $count } جلسة.
    }
news-session-ended = أُنهيت جلستك، هنا أو في مكان آخر. سجّل الدخول مرة أخرى للمتابعة.
news-session-expired = انتهت صلاحية جلستك. سجّل الدخول مرة أخرى للمتابعة.
news-session-not-allowed = لم يعد لديك حق الوصول، ولذلك أُنهيت جلستك. تواصل مع مشغّل هذا الموقع إذا كنت تعتقد أن في ذلك خطأ.
news-session-renamed = تم حفظ اسم الجلسة.

## Sign-out

sign-out-title = هل تريد تسجيل الخروج؟
sign-out-sentence = سيتم تسجيل خروجك هنا ومن خدمة تسجيل الدخول.
sign-out-stay = البقاء مسجّلًا
signed-out = تم تسجيل الخروج
signed-out-title = لقد سجّلت الخروج
signed-out-everywhere = تم تسجيل خروجك هنا ومن خدمة تسجيل الدخول.
signed-out-here-only = انتهت جلستك هنا. قد تكون لا تزال مسجّلًا في خدمة تسجيل الدخول.
signed-out-nobody = لا توجد جلسة في هذا المتصفح.
signed-out-shared = إذا كنت على جهاز مشترك، فأغلق المتصفح الآن.
signed-out-onward = متابعة

## Sessions

sessions-title = جلساتي
sessions-lead = المتصفحات التي سجّلت الدخول فيها إلى { $site }. أنهِ أي جلسة لا تعرفها.
session-this = هذا المتصفح
session-seen = آخر استخدام
session-created = تسجيل الدخول
session-expires = تنتهي في موعد أقصاه
session-network = الشبكة
session-end = إنهاء
session-end-which = إنهاء جلسة { $browser } التي بدأت في { $when }
session-name = الاسم
session-name-save = حفظ
session-name-hint = يساعدك الاسم على تمييز هذه الجلسة، مثل «الجهاز اللوحي في المطبخ».
sessions-end-others = إنهاء جميع الجلسات الأخرى
sessions-end-others-title = هل تريد إنهاء جميع الجلسات الأخرى؟
sessions-end-others-sentence = سيتم تسجيل خروجك من جميع المتصفحات الأخرى. ويبقى هذا المتصفح مسجّلًا.
sessions-keep = الإبقاء عليها
sessions-only = لم تسجّل الدخول في أي مكان آخر.
browser-on-system = { $browser } على { $system }
browser-unknown = متصفح غير معروف

## You

you-name = الاسم
you-account = الحساب
you-directory = الدليل
you-method = طريقة تسجيل الدخول
you-since = تسجيل الدخول
you-other-account = استخدام حساب آخر
method-password = كلمة المرور
method-several = كلمة المرور وإثبات آخر
method-key = مفتاح أو جهاز
method-code = رمز عبر رسالة أو تطبيق
method-other = لدى خدمة تسجيل الدخول

## Details of the ID token

token-details-title = تفاصيل رمز الهوية
token-details-caption = بيانات رمز الهوية
token-details-claim = البيان
token-details-value = القيمة
token-details-empty-list = قائمة فارغة
token-details-more =
    { $count ->
        [zero] ولا شيء آخر
        [one] وواحدة أخرى
        [two] واثنتان أخريان
        [few] و{ $count } أخرى
        [many] و{ $count } أخرى
       *[other] و{ $count } أخرى
    }
token-details-hidden = لا تُعرض القيم التي يحتاجها البروتوكول وحده.
token-details-none = لا يحتوي رمز الهوية على بيانات يمكن عرضها هنا.
claim-aud = التطبيق الذي أُصدر له هذا الرمز
claim-iss = الجهة التي أصدرت هذا الرمز
claim-sub = معرّفك في هذا التطبيق
claim-oid = معرّفك في الدليل
claim-tid = الدليل الذي ينتمي إليه حسابك
claim-sid = جلستك لدى خدمة تسجيل الدخول
claim-name = اسمك
claim-given-name = اسمك الأول
claim-family-name = اسم عائلتك
claim-username = الاسم الذي تسجّل الدخول به
claim-email = عنوان بريدك الإلكتروني
claim-emails = عناوين بريدك الإلكتروني
claim-roles = ما يمكنك فعله في هذا التطبيق
claim-groups = المجموعات التي تنتمي إليها
claim-idp = مصدر حسابك
claim-way = الطريقة التي سجّلت الدخول بها
claim-amr = كيف أثبتّ هويتك
claim-acct = عضو (0) أو ضيف (1) في الدليل
claim-auth-time = وقت تسجيل دخولك
claim-exp = وقت انتهاء هذا الرمز
claim-ver = إصدار هذا الرمز

## Result of an API call

api-result = نتيجة الواجهة البرمجية
api-result-title = نتيجة استدعاء الواجهة البرمجية
api-result-again = استدعاء مرة أخرى
api-result-status = الحالة
api-result-binary =
    { $bytes ->
        [zero] الرد ليس نصًا ({ $bytes } بايت)، ولذلك لا يُعرض.
        [one] الرد ليس نصًا (بايت واحد)، ولذلك لا يُعرض.
        [two] الرد ليس نصًا ({ $bytes } بايت)، ولذلك لا يُعرض.
        [few] الرد ليس نصًا ({ $bytes } بايت)، ولذلك لا يُعرض.
        [many] الرد ليس نصًا ({ $bytes } بايت)، ولذلك لا يُعرض.
       *[other] الرد ليس نصًا ({ $bytes } بايت)، ولذلك لا يُعرض.
    }
api-result-region = رد الواجهة البرمجية
api-result-cut = الرد أطول من ذلك، ولا تُعرض إلا بدايته.
api-result-empty = لا محتوى في الرد.
api-result-type = نوع المحتوى

## Times

ago-now = الآن
ago-minutes =
    { $count ->
        [zero] قبل { $count } دقيقة
        [one] قبل دقيقة واحدة
        [two] قبل دقيقتين
        [few] قبل { $count } دقائق
        [many] قبل { $count } دقيقة
       *[other] قبل { $count } دقيقة
    }
ago-hours =
    { $count ->
        [zero] قبل { $count } ساعة
        [one] قبل ساعة واحدة
        [two] قبل ساعتين
        [few] قبل { $count } ساعات
        [many] قبل { $count } ساعة
       *[other] قبل { $count } ساعة
    }
ago-days =
    { $count ->
        [zero] قبل { $count } يوم
        [one] قبل يوم واحد
        [two] قبل يومين
        [few] قبل { $count } أيام
        [many] قبل { $count } يومًا
       *[other] قبل { $count } يوم
    }
in-minutes =
    { $count ->
        [zero] خلال { $count } دقيقة
        [one] خلال دقيقة واحدة
        [two] خلال دقيقتين
        [few] خلال { $count } دقائق
        [many] خلال { $count } دقيقة
       *[other] خلال { $count } دقيقة
    }
in-hours =
    { $count ->
        [zero] خلال { $count } ساعة
        [one] خلال ساعة واحدة
        [two] خلال ساعتين
        [few] خلال { $count } ساعات
        [many] خلال { $count } ساعة
       *[other] خلال { $count } ساعة
    }
in-days =
    { $count ->
        [zero] خلال { $count } يوم
        [one] خلال يوم واحد
        [two] خلال يومين
        [few] خلال { $count } أيام
        [many] خلال { $count } يومًا
       *[other] خلال { $count } يوم
    }

## What did not work: what to do about it

try-again = حاول مرة أخرى
start-again = ابدأ من جديد
other-account = استخدام حساب آخر
ask-again = اطلب مرة أخرى
details = تفاصيل لفريق الدعم
details-hint = إذا طلبت المساعدة، فأرفق هذه التفاصيل
detail-request-id = رقم الطلب
detail-code = الرمز
detail-correlation-id = معرّف الارتباط
detail-authority-time = الوقت لدى خدمة تسجيل الدخول
detail-time = الوقت
reloads = تعيد هذه الصفحة المحاولة من تلقاء نفسها.

## What did not work: the kind

kind-sign-in = لم يكتمل تسجيل الدخول
kind-soon = حاول مرة أخرى بعد قليل
kind-later = حاول مرة أخرى لاحقًا
kind-unchanged = لم يتغيّر شيء
kind-stopped = تم الإيقاف
kind-permission = إذن مفقود
kind-unavailable = غير متاح
kind-consent = موافقة المسؤول

## What did not work: pages and requests

problem-not-signed-in = لم تسجّل الدخول
    .sentence = يُرجى تسجيل الدخول لعرض هذه الصفحة.
    .developer = يتطلب عرض هذه الصفحة تسجيل الدخول. استخدم الزر في أعلى الصفحة لتسجيل الدخول.
problem-method-not-allowed = لا يمكن ذلك هنا
    .sentence = لا يقبل هذا العنوان هذا النوع من الطلبات.
problem-too-large = هذا كبير جدًا
    .sentence = الطلب أكبر مما يقبله هذا العنوان.
problem-not-found = الصفحة غير موجودة
    .sentence = لا توجد صفحة على هذا العنوان.
problem-too-slow = استغرق ذلك وقتًا طويلًا
    .sentence = لم يصل الطلب في الوقت المناسب. يُرجى المحاولة مرة أخرى.
problem-not-a-form = لا يمكن ذلك هنا
    .sentence = لا يقبل هذا العنوان سوى النماذج.
problem-failed = حدث خطأ من جانبنا
    .sentence = يُرجى المحاولة مرة أخرى بعد لحظات.
problem-bad-request = تعذّرت قراءة هذا الطلب
    .sentence = يُرجى الرجوع والمحاولة مرة أخرى.
problem-cross-site = يُرجى استخدام الأزرار في هذا الموقع
    .sentence = لم يأتِ الطلب من إحدى صفحات هذا الموقع، ولذلك لم يُنفّذ شيء.
problem-too-many = طلبات كثيرة جدًا
    .sentence = وردت طلبات كثيرة جدًا من شبكتك. يُرجى الانتظار لحظة.
problem-unknown-host = لا يوجد شيء على هذا العنوان
    .sentence = ربما كُتب العنوان بشكل خاطئ أو نُقل الموقع.
problem-not-ready = هذا الموقع غير جاهز بعد
    .sentence = يجري إعداده أو تغييره. يُرجى المحاولة مرة أخرى بعد دقيقة.

## What did not work: sign-in

problem-sign-in-invalid = تعذّر إكمال تسجيل الدخول هذا
    .sentence = لا ينتمي رد خدمة تسجيل الدخول إلى عملية بدأت هنا. لم يتغيّر شيء.
problem-sign-in-expired = انتهت صلاحية تسجيل الدخول هذا
    .sentence = استغرق وقتًا طويلًا، أو استُخدم من قبل، أو بدأ في متصفح آخر.
    .advice = إذا تكرر ذلك، فاسمح بملفات تعريف الارتباط لهذا الموقع.
problem-answer-invalid = لم يُقبل رد خدمة تسجيل الدخول
    .sentence = لم يجتز الرد فحوصنا، ولذلك لم يتم تسجيل دخولك.
problem-other-person = كان ذلك حسابًا مختلفًا
    .sentence = الحساب لدى خدمة تسجيل الدخول ليس الحساب المسجّل هنا.
problem-step-up = تتطلب هذه الصفحة تسجيل دخول أقوى
    .sentence = تطلب الصفحة تسجيل دخول أقوى أو أحدث، ولم تؤكده خدمة تسجيل الدخول. لم يتغير شيء.
    .advice = لا تفيد إعادة المحاولة إلا إذا سجّلت الدخول بطريقة أخرى، مثل عامل تحقق ثانٍ. وإلا فاسأل مشغّل هذا التطبيق.
problem-loop = يتكرر تسجيل الدخول من البداية
    .sentence = عدد مرات توجيهك المتتالية إلى تسجيل الدخول دون الوصول إلى الصفحة: { $count }. توقفنا كي لا يستمر ذلك بلا نهاية.
    .advice = الأسباب المعتادة: ملفات تعريف الارتباط محظورة، أو الساعة غير مضبوطة، أو التطبيق لا يقبل تسجيل الدخول. انتظر دقيقة ثم ابدأ من جديد.
problem-consent-done = لقد عدت من موافقة المسؤول
    .sentence = إذا مُنح الإذن، فإنه يسري ابتداءً من تسجيل الدخول التالي. قد يستغرق ذلك بضع دقائق.

## What did not work: access

problem-not-allowed = ليس لديك حق الوصول
    .advice = لقد سجّلت الدخول لدى خدمة تسجيل الدخول، ولكن ليس هنا. مشغّل هذا التطبيق هو من يقرر من يمكنه الوصول.
not-allowed-tenant = ليس لمؤسستك حق الوصول إلى هذا التطبيق.
not-allowed-tenant-missing = لم تذكر خدمة تسجيل الدخول المؤسسة التي تنتمي إليها، وهذا التطبيق يشترط ذلك.
not-allowed-role = ليس لديك أي من الأدوار التي يتطلبها هذا التطبيق.
not-allowed-group = لست عضوًا في أي من المجموعات التي يتطلبها هذا التطبيق.
not-allowed-groups-unknown = تعذّرت قراءة مجموعاتك الآن، وهذا التطبيق يتطلب إحداها. يُرجى المحاولة مرة أخرى بعد دقيقة.
not-allowed-email = عنوان بريدك الإلكتروني ليس في قائمة هذا التطبيق.
not-allowed-email-unverified = يسمح هذا التطبيق بالدخول حسب عنوان البريد الإلكتروني، وعنوانك لم تتحقق منه خدمة تسجيل الدخول.
problem-consent-required = لا يمكن استدعاء الواجهة البرمجية بعد
    .sentence = يحتاج التطبيق إلى هذه الأذونات لاستدعاء الواجهة البرمجية، ولم تُمنح.
    .administrator = لا يمكن منح هذه الأذونات في هذا الدليل إلا من قِبل مسؤول. اطلب من مسؤول الموافقة على هذا التطبيق؛ فتسجيل الدخول مرة أخرى لا يفيد.
problem-permission-missing = لا يمكن استخدام { $name } بعد
    .sentence = لا يملك هذا التطبيق بعد الإذن الذي يحتاج إليه لاستخدام { $name }.
    .administrator = لا يمكن منح هذا الإذن إلا من قِبل مسؤول. اطلب من مسؤول الموافقة على هذا التطبيق؛ فتسجيل الدخول مرة أخرى لا يفيد.

## What did not work: outages

problem-authority-unavailable = خدمة تسجيل الدخول لا تستجيب
    .sentence = لا يمكننا الوصول إليها الآن. يُرجى المحاولة مرة أخرى بعد قليل.
    .advice = يمكن لمن سجّل الدخول من قبل أن يتابع.
problem-authority-busy = خدمة تسجيل الدخول مشغولة
    .sentence = طلبت منا الانتظار. يُرجى المحاولة مرة أخرى بعد قليل.
problem-credential-unavailable = لا يستطيع هذا التطبيق إثبات هويته الآن
    .sentence = لا تمنحه المنصة التي يعمل عليها بيانات اعتماد الآن. يُرجى المحاولة مرة أخرى بعد قليل.
problem-refresh-in-progress = يجري تجديد تسجيل دخولك
    .sentence = تحتاج خدمة تسجيل الدخول إلى بعض الوقت. يُرجى المحاولة مرة أخرى بعد لحظات.
problem-misconfigured = هذا التطبيق غير معدّ بشكل صحيح
    .sentence = لا تتوافق خدمة تسجيل الدخول مع هذا التطبيق. على المشغّل التدخل، وسيجد السبب في السجل.
    .credential = بيانات اعتماد التطبيق لدى خدمة تسجيل الدخول غير صالحة للاستخدام. على المشغّل التدخل، وسيجد السبب في السجل.
    .nobody = لا تخبرنا خدمة تسجيل الدخول من أنت. على مشغّل هذا التطبيق إضافة البيان «User's Object ID» (oid) إلى تدفق المستخدم، وسيجد المزيد في السجل.
problem-api-unavailable = لم يصل ردّ من { $name }
    .sentence = الخدمة التي تقف خلف هذه الصفحة لم ترد أو انقطع اتصالها.
    .advice = لا تزال مسجّل الدخول، وبقية هذا الموقع تعمل.
problem-api-timed-out = لم يصل ردّ من { $name } في الوقت المناسب
    .sentence = استغرقت الخدمة التي تقف خلف هذه الصفحة وقتًا طويلًا. يُرجى المحاولة مرة أخرى.
    .advice = لا تزال مسجّل الدخول، وبقية هذا الموقع تعمل.
problem-api-throttled = هناك ضغط كبير على { $name }
    .sentence =
        { $seconds ->
            [zero] لا يمكن للخدمة الرد الآن. يُرجى المحاولة مرة أخرى بعد { $seconds } ثانية.
            [one] لا يمكن للخدمة الرد الآن. يُرجى المحاولة مرة أخرى بعد ثانية واحدة.
            [two] لا يمكن للخدمة الرد الآن. يُرجى المحاولة مرة أخرى بعد ثانيتين.
            [few] لا يمكن للخدمة الرد الآن. يُرجى المحاولة مرة أخرى بعد { $seconds } ثوانٍ.
            [many] لا يمكن للخدمة الرد الآن. يُرجى المحاولة مرة أخرى بعد { $seconds } ثانية.
           *[other] لا يمكن للخدمة الرد الآن. يُرجى المحاولة مرة أخرى بعد { $seconds } ثانية.
        }
problem-upstream-unavailable = لا يستجيب { $name }
    .sentence = هذا الجزء من الموقع غير متاح الآن. يُرجى المحاولة مرة أخرى بعد قليل.
    .advice = لا تزال مسجّل الدخول، وبقية هذا الموقع تعمل.
problem-busy = لم يصل تغييرك إلى هنا بعد
    .sentence = كانت جلستك تُجدَّد في الوقت نفسه. يُرجى المحاولة مرة أخرى بعد لحظات.
problem-groups-unavailable = تعذّرت قراءة مجموعاتك
    .sentence = يسمح هذا التطبيق لأعضاء مجموعات معيّنة، والدليل لا يعطينا مجموعاتك الآن. لم يُسجَّل خروج أحد؛ يُرجى المحاولة مرة أخرى بعد لحظات.
problem-unavailable = هناك خلل من جانبنا
    .sentence = لا يمكننا الآن معرفة من سجّل الدخول. لم يُسجَّل خروج أحد؛ يُرجى المحاولة مرة أخرى بعد لحظات.

## What the sign-in service refused

refused-several-accounts = عدة حسابات مسجّلة الدخول
    .sentence = اختر الحساب الذي تريد استخدامه هنا.
refused-foreign-account = هذا الحساب ينتمي إلى جهة أخرى
    .sentence = حسابك غير معروف في دليل هذه المؤسسة. استخدم حسابًا آخر أو اطلب دعوة.
refused-password-expired = انتهت صلاحية كلمة مرورك
    .sentence = سجّل الدخول مرة أخرى واختر كلمة مرور جديدة.
refused-account-disabled = حسابك معطّل
    .sentence = عطّلت مؤسستك هذا الحساب. يمكن لمكتب المساعدة لديها إخبارك بالسبب.
refused-no-session = يُرجى تسجيل الدخول مرة أخرى
    .sentence = لم تعد لدى خدمة تسجيل الدخول جلسة لك.
refused-sign-in-ended = يُرجى تسجيل الدخول مرة أخرى
    .sentence = انتهى تسجيل دخولك لدى خدمة تسجيل الدخول.
refused-extra-proof = بقيت خطوة واحدة
    .sentence = تطلب مؤسستك إثباتًا آخر، مثل رمز على هاتفك. سجّل الدخول مرة أخرى لتقديمه.
refused-grant-over = انتهت صلاحية تسجيل دخولك
    .sentence = تطلب منك خدمة تسجيل الدخول أن تسجّل الدخول مرة أخرى.
refused-attention-needed = يُرجى تسجيل الدخول مرة أخرى
    .sentence = تطلب خدمة تسجيل الدخول انتباهك.
refused-cancelled = لقد ألغيت العملية
    .sentence = لم يتغيّر شيء.
refused-forgot-password = هل نسيت كلمة المرور؟
    .sentence = ليس لهذا الموقع صفحة خاصة لإعادة تعيين كلمة المرور. استخدم صفحة خدمة تسجيل الدخول أو اطلب المساعدة.
refused-link-over = هذا الرابط لم يعد صالحًا
    .sentence = اطلب رابطًا جديدًا أو سجّل الدخول من دونه.
refused-attempt-mismatch = تعذّر إكمال تسجيل الدخول هذا
    .sentence = يُرجى البدء من جديد.
refused-denied = لم يكتمل تسجيل الدخول
    .sentence = أُلغي تسجيل الدخول، أو لم تسمح به خدمة تسجيل الدخول.
refused-not-assigned = لم يُخصَّص لك هذا التطبيق
    .sentence = لا تسمح مؤسستك إلا لأشخاص مختارين. اطلب من المسؤول لديك تخصيصه لك.
refused-conditional-access = قواعد مؤسستك لا تسمح بذلك
    .sentence = ترفض إحدى قواعد الوصول المشروط هذا الجهاز أو المكان أو التطبيق. يمكن لمكتب المساعدة إخبارك بالقاعدة.
refused-device-rule = قواعد مؤسستك لا تسمح بهذا الجهاز
    .sentence = استخدم جهازًا تديره مؤسستك أو اسأل مكتب المساعدة. تسجيل الدخول مرة أخرى على هذا الجهاز لا يفيد.
refused-consent-missing = هناك موافقة مفقودة
    .sentence = يحتاج هذا التطبيق إلى إذن لم يمنحه أحد بعد. سجّل الدخول مرة أخرى لمنحه أو اسأل المسؤول لديك.
refused-administrator-consent = يجب أن يوافق مسؤول أولًا
    .sentence = يحتاج هذا التطبيق إلى أذونات لا يمنحها إلا مسؤول الدليل. اسأل المسؤول لديك؛ فتسجيل الدخول مرة أخرى لا يفيد.
refused-consent-declined = لقد رفضت
    .sentence = لا يمكن للتطبيق المتابعة من دون الأذونات التي طلبها. لم تُشارَك أي بيانات.
refused-request-loop = عمليات تسجيل دخول متتالية كثيرة جدًا
    .sentence = لاحظت خدمة تسجيل الدخول تكرارًا. أغلق علامات التبويب الأخرى لهذا الموقع وحاول مرة أخرى بعد دقيقة.
refused-busy = خدمة تسجيل الدخول مشغولة
    .sentence = يُرجى المحاولة مرة أخرى بعد دقيقة.
refused-authority-problem = واجهت خدمة تسجيل الدخول مشكلة
    .sentence = يُرجى المحاولة مرة أخرى بعد دقيقة.
refused-policy-message = لم يكتمل تسجيل الدخول
    .sentence = رفضته قواعد خدمة تسجيل الدخول. يمكن لمشغّلها إخبارك بالسبب.
refused-configuration = هذا التطبيق غير معدّ بشكل صحيح
    .sentence = لا تقبل خدمة تسجيل الدخول هذا التطبيق بإعداده الحالي. على المشغّل التدخل؛ فتكرار المحاولة لا يفيد.
    .redirect-uri = سجّل عنوان إعادة التوجيه هذا بالضبط لدى خدمة تسجيل الدخول:
refused-other = لم يكتمل تسجيل الدخول
    .sentence = ردّت خدمة تسجيل الدخول بخطأ.
