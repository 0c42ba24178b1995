# 简体中文

## This language

language-name = 简体中文
direction = ltr
date-locale = zh-Hans-CN

## Around every page

skip = 跳到正文
sign-in = 登录
sign-out = 退出登录
signed-in-as = 当前登录：
your-account = 您的帐户
home = 首页
you = 您
sessions = 会话
token-details = 令牌详情
back = 返回
guarded = 由 gatehouse 保护
support = 帮助与支持
imprint = 法律声明
privacy = 隐私
terms = 使用条款
language = 语言
language-choose = 更改

## Home

home-signed-in = 您已登录
home-welcome = 欢迎，{ $name }
home-access = 您可以访问 { $site }。
home-signed-out = 您尚未登录。
home-sign-in = 请登录以继续访问 { $site }。
home-curious = 只有已登录的用户才能看到此页面。在此之前，它会返回 401：
home-apis = 调用 Web API
home-apis-hint = 以您的身份调用 API 并查看响应。
home-you-hint = 您的姓名、帐户以及登录方式
home-token-details-hint = 登录服务提供的关于您的信息
home-sessions-hint = 您在哪里登录，以及如何在那里退出
edit-profile = 编辑个人资料
edit-profile-hint = 更改您的姓名和其他信息
reset-password = 重置密码
reset-password-hint = 设置新密码
developer = 开发者须知
developer-redirect-uri = 请在登录服务中注册此重定向 URI：

## News, shown once

news-sign-in-cancelled = 您已取消登录。
news-edit-cancelled = 您已取消。您的个人资料没有更改。
news-reset-cancelled = 您已取消。您的密码没有更改。
news-profile-updated = 您的个人资料已更新。
news-sessions-ended =
    { $count ->
        [0] 没有结束任何会话。
       *[other] 已结束 { $count } 个会话。
    }
news-session-ended = 您的会话已在此处或其他地方被结束。请重新登录以继续。
news-session-expired = 您的会话已过期。请重新登录以继续。
news-session-not-allowed = 您已不再拥有访问权限，因此会话已结束。如果您认为有误，请联系本网站的运营者。
news-session-renamed = 会话名称已保存。

## Sign-out

sign-out-title = 要退出登录吗？
sign-out-sentence = 您将在此处和登录服务中退出登录。
sign-out-stay = 保持登录
signed-out = 已退出登录
signed-out-title = 您已退出登录
signed-out-everywhere = 您已在此处和登录服务中退出登录。
signed-out-here-only = 您在此处的会话已结束。您在登录服务中可能仍处于登录状态。
signed-out-nobody = 此浏览器中没有会话。
signed-out-shared = 如果使用的是公用电脑，请立即关闭浏览器。
signed-out-onward = 继续

## Sessions

sessions-title = 我的会话
sessions-lead = 您已在这些浏览器中登录 { $site }。请结束任何您不认识的会话。
session-this = 此浏览器
session-seen = 上次使用
session-created = 登录时间
session-expires = 最迟结束
session-network = 网络
session-end = 结束
session-end-which = 结束 { $browser } 的会话（开始于 { $when }）
session-name = 名称
session-name-save = 保存
session-name-hint = 名称可帮助您识别此会话，例如“厨房的平板电脑”。
sessions-end-others = 结束所有其他会话
sessions-end-others-title = 要结束所有其他会话吗？
sessions-end-others-sentence = 您将在所有其他浏览器中退出登录。此浏览器保持登录。
sessions-keep = 保留
sessions-only = 您没有在其他地方登录。
browser-on-system = { $system } 上的 { $browser }
browser-unknown = 未知浏览器

## You

you-name = 姓名
you-account = 帐户
you-directory = 目录
you-method = 登录方式
you-since = 登录时间
you-other-account = 使用其他帐户
method-password = 密码
method-several = 密码和另一项验证
method-key = 密钥或设备
method-code = 短信或应用中的验证码
method-other = 在登录服务中验证

## Details of the ID token

token-details-title = ID 令牌详情
token-details-caption = ID 令牌的声明
token-details-claim = 声明
token-details-value = 值
token-details-empty-list = 空列表
token-details-more =
    { $count ->
       *[other] 以及另外 { $count } 项
    }
token-details-hidden = 仅协议需要的值不予显示。
token-details-none = ID 令牌中没有可在此显示的声明。
claim-aud = 此令牌所面向的应用
claim-iss = 此令牌的签发者
claim-sub = 您在此应用中的标识
claim-oid = 您在目录中的标识
claim-tid = 您的帐户所属的目录
claim-sid = 您在登录服务中的会话
claim-name = 您的姓名
claim-given-name = 您的名字
claim-family-name = 您的姓氏
claim-username = 您登录时使用的名称
claim-email = 您的电子邮件地址
claim-emails = 您的多个电子邮件地址
claim-roles = 您在此应用中可以做的事
claim-groups = 您所属的群组
claim-idp = 您的帐户来源
claim-way = 您的登录途径
claim-amr = 您证明身份的方式
claim-acct = 目录的成员 (0) 或来宾 (1)
claim-auth-time = 您的登录时间
claim-exp = 此令牌的到期时间
claim-ver = 此令牌的版本

## Result of an API call

api-result = API 结果
api-result-title = API 调用结果
api-result-again = 再次调用
api-result-status = 状态
api-result-binary =
    { $bytes ->
       *[other] 响应不是文本（{ $bytes } 字节），因此不予显示。
    }
api-result-region = API 的响应
api-result-cut = 响应较长，此处只显示开头部分。
api-result-empty = 响应没有内容。
api-result-type = 内容类型

## Times

ago-now = 刚刚
ago-minutes =
    { $count ->
       *[other] { $count } 分钟前
    }
ago-hours =
    { $count ->
       *[other] { $count } 小时前
    }
ago-days =
    { $count ->
       *[other] { $count } 天前
    }
in-minutes =
    { $count ->
       *[other] { $count } 分钟后
    }
in-hours =
    { $count ->
       *[other] { $count } 小时后
    }
in-days =
    { $count ->
       *[other] { $count } 天后
    }

## What did not work: what to do about it

try-again = 重试
start-again = 重新开始
other-account = 使用其他帐户
ask-again = 再次请求
details = 供支持人员参考的详情
details-hint = 寻求帮助时，请附上这些详情
detail-request-id = 请求编号
detail-code = 代码
detail-correlation-id = 关联 ID
detail-authority-time = 登录服务的时间
detail-time = 时间
reloads = 此页面会自动重试。

## What did not work: the kind

kind-sign-in = 登录未完成
kind-soon = 请稍后重试
kind-later = 请过些时候再试
kind-unchanged = 没有任何更改
kind-stopped = 已停止
kind-permission = 缺少权限
kind-unavailable = 不可用
kind-consent = 管理员同意

## What did not work: pages and requests

problem-not-signed-in = 您尚未登录
    .sentence = 请登录以查看此页面。
    .developer = 查看此页面需要登录。请使用页面顶部的按钮登录。
problem-method-not-allowed = 此处无法这样操作
    .sentence = 此地址不接受这种请求。
problem-too-large = 内容过大
    .sentence = 请求超出了此地址可接受的大小。
problem-not-found = 找不到页面
    .sentence = 此地址没有页面。
problem-too-slow = 耗时过长
    .sentence = 请求没有及时到达。请重试。
problem-not-a-form = 此处无法这样操作
    .sentence = 此地址只接受表单。
problem-failed = 我们这边出了点问题
    .sentence = 请稍后重试。
problem-bad-request = 无法读取此请求
    .sentence = 请返回并重试。
problem-cross-site = 请使用本网站上的按钮
    .sentence = 该请求不是来自本网站的页面，因此没有执行任何操作。
problem-too-many = 请求过多
    .sentence = 来自您网络的请求过多。请稍等片刻。
problem-unknown-host = 此地址没有内容
    .sentence = 地址可能有误，或者网站已迁移。
problem-not-ready = 此网站尚未就绪
    .sentence = 网站正在设置或更改。请一分钟后重试。

## What did not work: sign-in

problem-sign-in-invalid = 无法完成此次登录
    .sentence = 登录服务的响应不属于在此处开始的登录。没有任何更改。
problem-sign-in-expired = 此次登录已过期
    .sentence = 耗时过长、已被使用，或者是在其他浏览器中开始的。
    .advice = 如果反复出现，请允许本网站使用 Cookie。
problem-answer-invalid = 登录服务的响应未被接受
    .sentence = 该响应没有通过我们的检查，因此您没有登录。
problem-other-person = 这是另一个帐户
    .sentence = 登录服务中的帐户与此处登录的帐户不同。
problem-step-up = 此页面需要更强的登录
    .sentence = 此页面要求更强或更近期的登录，但登录服务未予确认。未做任何更改。
    .advice = 只有以其他方式登录（例如使用第二重验证）时，重试才有帮助。否则请联系此应用程序的运营者。
problem-loop = 登录不断重新开始
    .sentence = 您连续 { $count } 次被转到登录页面，却没有到达目标页面。我们已停止，以免无休止地继续下去。
    .advice = 常见原因：Cookie 被阻止、时钟不准，或者应用不接受此登录。请等一分钟，然后重新开始。
problem-consent-done = 您已从管理员同意页面返回
    .sentence = 如果已授予权限，将从下次登录起生效。可能需要几分钟。

## What did not work: access

problem-not-allowed = 您没有访问权限
    .advice = 您已登录到登录服务，但没有登录此处。谁可以访问由此应用的运营者决定。
not-allowed-tenant = 您的组织没有访问此应用的权限。
not-allowed-tenant-missing = 登录服务没有说明您所属的组织，而此应用需要这一信息。
not-allowed-role = 您没有此应用所要求的任何角色。
not-allowed-group = 您不在此应用所要求的任何群组中。
not-allowed-groups-unknown = 目前无法读取您的群组，而此应用要求属于某个群组。请一分钟后重试。
not-allowed-email = 您的电子邮件地址不在此应用的列表中。
not-allowed-email-unverified = 此应用按电子邮件地址准入，而您的地址未经登录服务验证。
problem-consent-required = 尚不能调用 API
    .sentence = 应用需要这些权限才能调用 API，但尚未获得授权。
    .administrator = 在此目录中，只有管理员可以授予这些权限。请管理员为此应用授予同意；重新登录没有帮助。
problem-permission-missing = 尚不能使用 { $name }
    .sentence = 此应用尚未获得使用 { $name } 所需的权限。
    .administrator = 只有管理员可以授予此权限。请管理员为此应用授予同意；重新登录没有帮助。

## What did not work: outages

problem-authority-unavailable = 登录服务没有响应
    .sentence = 我们目前无法连接到它。请稍后重试。
    .advice = 已登录的用户可以继续使用。
problem-authority-busy = 登录服务繁忙
    .sentence = 它要求我们等待。请稍后重试。
problem-credential-unavailable = 此应用目前无法验证自身身份
    .sentence = 它所运行的平台目前没有提供凭据。请稍后重试。
problem-refresh-in-progress = 正在更新您的登录
    .sentence = 登录服务需要一些时间。请稍后重试。
problem-misconfigured = 此应用的配置不正确
    .sentence = 登录服务与此应用不匹配。需要运营者处理，原因见日志。
    .credential = 应用自身用于登录服务的凭据无法使用。需要运营者处理，原因见日志。
    .nobody = 登录服务没有说明您是谁。此应用的运营者需要在用户流中添加声明“User's Object ID”(oid)，详情见日志。
problem-api-unavailable = { $name } 没有响应
    .sentence = 此页面背后的服务没有响应或中断了连接。
    .advice = 您仍处于登录状态，本网站的其他部分可以正常使用。
problem-api-timed-out = { $name } 没有及时响应
    .sentence = 此页面背后的服务耗时过长。请重试。
    .advice = 您仍处于登录状态，本网站的其他部分可以正常使用。
problem-api-throttled = { $name } 繁忙
    .sentence =
        { $seconds ->
           *[other] 它目前无法响应。请在 { $seconds } 秒后重试。
        }
problem-upstream-unavailable = { $name } 没有响应
    .sentence = 网站的这一部分目前不可用。请稍后重试。
    .advice = 您仍处于登录状态，本网站的其他部分可以正常使用。
problem-busy = 您的更改尚未在此生效
    .sentence = 您的会话当时正在更新。请稍后重试。
problem-groups-unavailable = 无法读取您的群组
    .sentence = 此应用只允许特定群组的成员使用，而目录目前没有提供您的群组。没有人被退出登录；请稍后重试。
problem-unavailable = 我们这边出现了问题
    .sentence = 我们目前无法确定谁已登录。没有人被退出登录；请稍后重试。

## What the sign-in service refused

refused-several-accounts = 有多个帐户已登录
    .sentence = 请选择您要在此使用的帐户。
refused-foreign-account = 此帐户属于其他地方
    .sentence = 此组织的目录中没有您的帐户。请使用其他帐户，或请求邀请。
refused-password-expired = 您的密码已过期
    .sentence = 请重新登录并设置新密码。
refused-account-disabled = 您的帐户已停用
    .sentence = 您的组织已停用此帐户。原因请咨询服务台。
refused-no-session = 请重新登录
    .sentence = 登录服务中已没有您的会话。
refused-sign-in-ended = 请重新登录
    .sentence = 您在登录服务中的登录已结束。
refused-extra-proof = 还需要一个步骤
    .sentence = 您的组织要求另一项验证，例如手机上的验证码。请重新登录以完成验证。
refused-grant-over = 您的登录已过期
    .sentence = 登录服务要求您重新登录。
refused-attention-needed = 请重新登录
    .sentence = 登录服务需要您的确认。
refused-cancelled = 您已取消
    .sentence = 没有任何更改。
refused-forgot-password = 忘记密码？
    .sentence = 本网站没有自己的密码重置页面。请使用登录服务的页面，或寻求帮助。
refused-link-over = 此链接已失效
    .sentence = 请索取新链接，或不使用链接直接登录。
refused-attempt-mismatch = 无法完成此次登录
    .sentence = 请重新开始。
refused-denied = 登录未完成
    .sentence = 登录已取消，或登录服务不允许。
refused-not-assigned = 您未被分配到此应用
    .sentence = 您的组织只允许选定的人员使用。请管理员为您分配。
refused-conditional-access = 您组织的规则不允许此操作
    .sentence = 条件访问规则拒绝了此设备、地点或应用。具体规则请咨询服务台。
refused-device-rule = 您组织的规则不允许此设备
    .sentence = 请使用由您的组织管理的设备，或咨询服务台。在此设备上重新登录没有帮助。
refused-consent-missing = 缺少同意
    .sentence = 此应用需要一项尚未有人授予的权限。请重新登录以授予该权限，或咨询管理员。
refused-administrator-consent = 需要管理员先同意
    .sentence = 此应用需要只有目录管理员才能授予的权限。请咨询您的管理员；重新登录没有帮助。
refused-consent-declined = 您已拒绝
    .sentence = 没有所请求的权限，应用无法继续。没有共享任何信息。
refused-request-loop = 连续登录次数过多
    .sentence = 登录服务检测到循环。请关闭本网站的其他标签页，一分钟后重试。
refused-busy = 登录服务繁忙
    .sentence = 请一分钟后重试。
refused-authority-problem = 登录服务出现了问题
    .sentence = 请一分钟后重试。
refused-policy-message = 登录未完成
    .sentence = 登录服务的规则拒绝了登录。原因请咨询其运营者。
refused-configuration = 此应用的配置不正确
    .sentence = 登录服务不接受此应用当前的配置。需要运营者处理；重试没有帮助。
    .redirect-uri = 请在登录服务中准确注册此重定向地址：
refused-other = 登录未完成
    .sentence = 登录服务返回了错误。
