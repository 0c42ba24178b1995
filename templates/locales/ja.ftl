# 日本語

## This language

language-name = 日本語
direction = ltr
date-locale = ja-JP

## Around every page

skip = 本文へ移動
sign-in = サインイン
sign-out = サインアウト
signed-in-as = サインイン中:
your-account = アカウント
home = ホーム
you = あなた
sessions = セッション
token-details = トークンの詳細
back = 戻る
guarded = gatehouse で保護されています
support = ヘルプとサポート
imprint = 運営者情報
privacy = プライバシー
terms = 利用規約
language = 言語
language-choose = 変更

## Home

home-signed-in = サインインしています
home-welcome = ようこそ、{ $name } さん
home-access = { $site } をご利用いただけます。
home-signed-out = サインインしていません。
home-sign-in = { $site } に進むにはサインインしてください。
home-curious = このページはサインインした方だけが表示できます。それまでは 401 を返します:
home-apis = Web API を呼び出す
home-apis-hint = ご自身として API を呼び出し、応答を確認できます。
home-you-hint = お名前、アカウント、サインイン方法
home-token-details-hint = サインイン サービスがあなたについて伝えている内容
home-sessions-hint = サインインしている場所と、そこからサインアウトする方法
edit-profile = プロフィールを編集
edit-profile-hint = お名前やその他の情報を変更します
reset-password = パスワードを再設定
reset-password-hint = 新しいパスワードを設定します
developer = 開発者の方へ
developer-redirect-uri = このリダイレクト URI をサインイン サービスに登録してください:

## News, shown once

news-sign-in-cancelled = サインインをキャンセルしました。
news-edit-cancelled = キャンセルしました。プロフィールは変更されていません。
news-reset-cancelled = キャンセルしました。パスワードは変更されていません。
news-profile-updated = プロフィールを更新しました。
news-sessions-ended =
    { $count ->
        [0] 終了したセッションはありません。
       *[other] { $count } 件のセッションを終了しました。
    }
news-session-ended = セッションは、ここまたは別の場所で終了されました。続けるにはもう一度サインインしてください。
news-session-expired = セッションの有効期限が切れました。続けるにはもう一度サインインしてください。
news-session-not-allowed = アクセス権がなくなったため、セッションを終了しました。お心当たりがない場合は、このサイトの運営者にお問い合わせください。
news-session-renamed = セッションの名前を保存しました。

## Sign-out

sign-out-title = サインアウトしますか?
sign-out-sentence = このサイトとサインイン サービスの両方からサインアウトします。
sign-out-stay = サインインしたままにする
signed-out = サインアウトしました
signed-out-title = サインアウトしました
signed-out-everywhere = このサイトとサインイン サービスの両方からサインアウトしました。
signed-out-here-only = このサイトのセッションは終了しました。サインイン サービスにはまだサインインしている可能性があります。
signed-out-nobody = このブラウザーにはセッションがありません。
signed-out-shared = 共用のコンピューターをお使いの場合は、ブラウザーを閉じてください。
signed-out-onward = 続行

## Sessions

sessions-title = 自分のセッション
sessions-lead = { $site } にサインインしているブラウザーの一覧です。心当たりのないセッションは終了してください。
session-this = このブラウザー
session-seen = 最終利用
session-created = サインイン
session-expires = 有効期限
session-network = ネットワーク
session-end = 終了
session-end-which = 終了: { $browser } のセッション({ $when } 開始)
session-name = 名前
session-name-save = 保存
session-name-hint = 名前を付けると、このセッションを見分けやすくなります。例:「キッチンのタブレット」
sessions-end-others = ほかのセッションをすべて終了
sessions-end-others-title = ほかのセッションをすべて終了しますか?
sessions-end-others-sentence = ほかのすべてのブラウザーからサインアウトします。このブラウザーはサインインしたままです。
sessions-keep = 残しておく
sessions-only = ほかの場所ではサインインしていません。
browser-on-system = { $browser }({ $system })
browser-unknown = 不明なブラウザー

## You

you-name = お名前
you-account = アカウント
you-directory = ディレクトリ
you-method = サインイン方法
you-since = サインイン
you-other-account = 別のアカウントを使う
method-password = パスワード
method-several = パスワードともう一つの確認
method-key = キーまたはデバイス
method-code = メッセージまたはアプリのコード
method-other = サインイン サービスで確認

## Details of the ID token

token-details-title = ID トークンの詳細
token-details-caption = ID トークンのクレーム
token-details-claim = クレーム
token-details-value = 値
token-details-empty-list = 空のリスト
token-details-more =
    { $count ->
       *[other] ほか { $count } 件
    }
token-details-hidden = プロトコルだけが必要とする値は表示していません。
token-details-none = ID トークンには、ここに表示できるクレームがありません。
claim-aud = このトークンの対象アプリケーション
claim-iss = このトークンの発行者
claim-sub = このアプリケーションでのあなたの識別子
claim-oid = ディレクトリでのあなたの識別子
claim-tid = あなたのアカウントが属するディレクトリ
claim-sid = サインイン サービスでのセッション
claim-name = お名前
claim-given-name = 名
claim-family-name = 姓
claim-username = サインインに使う名前
claim-email = メールアドレス
claim-emails = メールアドレス(複数)
claim-roles = このアプリケーションでできること
claim-groups = 所属するグループ
claim-idp = アカウントの提供元
claim-way = サインインした方法
claim-amr = 本人確認の方法
claim-acct = ディレクトリのメンバー (0) またはゲスト (1)
claim-auth-time = サインインした日時
claim-exp = このトークンの有効期限
claim-ver = このトークンのバージョン

## Result of an API call

api-result = API の結果
api-result-title = API 呼び出しの結果
api-result-again = もう一度呼び出す
api-result-status = 状態
api-result-binary =
    { $bytes ->
       *[other] 応答はテキストではないため({ $bytes } バイト)、表示しません。
    }
api-result-region = API の応答
api-result-cut = 応答が長いため、先頭だけを表示しています。
api-result-empty = 応答に内容がありません。
api-result-type = コンテンツの種類

## Times

ago-now = たった今
ago-minutes =
    { $count ->
       *[other] { $count } 分前
    }
ago-hours =
    { $count ->
       *[other] { $count } 時間前
    }
ago-days =
    { $count ->
       *[other] { $count } 日前
    }
in-minutes =
    { $count ->
       *[other] { $count } 分後
    }
in-hours =
    { $count ->
       *[other] { $count } 時間後
    }
in-days =
    { $count ->
       *[other] { $count } 日後
    }

## What did not work: what to do about it

try-again = もう一度試す
start-again = 最初からやり直す
other-account = 別のアカウントを使う
ask-again = もう一度許可を求める
details = サポート用の詳細
details-hint = お問い合わせの際は、次の情報をお知らせください
detail-request-id = リクエスト ID
detail-code = コード
detail-correlation-id = 相関 ID
detail-authority-time = サインイン サービスの時刻
detail-time = 時刻
reloads = このページは自動的に再試行します。

## What did not work: the kind

kind-sign-in = サインインは完了していません
kind-soon = しばらくしてからもう一度お試しください
kind-later = 後でもう一度お試しください
kind-unchanged = 何も変更されていません
kind-stopped = 停止しました
kind-permission = アクセス許可が不足しています
kind-unavailable = 利用できません
kind-consent = 管理者の同意

## What did not work: pages and requests

problem-not-signed-in = サインインしていません
    .sentence = このページを表示するにはサインインしてください。
    .developer = このページを表示するにはサインインが必要です。ページ上部のボタンからサインインしてください。
problem-method-not-allowed = ここでは利用できません
    .sentence = このアドレスは、この種類のリクエストを受け付けません。
problem-too-large = 大きすぎます
    .sentence = リクエストが、このアドレスで受け付けられる大きさを超えています。
problem-not-found = ページが見つかりません
    .sentence = このアドレスにページはありません。
problem-too-slow = 時間がかかりすぎました
    .sentence = リクエストが時間内に届きませんでした。もう一度お試しください。
problem-not-a-form = ここでは利用できません
    .sentence = このアドレスはフォームだけを受け付けます。
problem-failed = 当サイト側で問題が発生しました
    .sentence = しばらくしてからもう一度お試しください。
problem-bad-request = このリクエストは読み取れません
    .sentence = 前のページに戻って、もう一度お試しください。
problem-cross-site = このサイトのボタンをご利用ください
    .sentence = リクエストがこのサイトのページから送られたものではないため、何も行いませんでした。
problem-too-many = リクエストが多すぎます
    .sentence = お使いのネットワークからのリクエストが多すぎます。少しお待ちください。
problem-unknown-host = このアドレスには何もありません
    .sentence = アドレスの綴りが違うか、サイトが移転した可能性があります。
problem-not-ready = このサイトはまだ準備中です
    .sentence = 設定または変更の作業中です。1 分ほどしてからもう一度お試しください。

## What did not work: sign-in

problem-sign-in-invalid = このサインインは完了できません
    .sentence = サインイン サービスからの応答は、ここで開始されたサインインのものではありません。何も変更されていません。
problem-sign-in-expired = このサインインの有効期限が切れました
    .sentence = 時間がかかりすぎたか、すでに使用されたか、別のブラウザーで開始されました。
    .advice = 繰り返し起こる場合は、このサイトの Cookie を許可してください。
problem-answer-invalid = サインイン サービスからの応答を受け付けられませんでした
    .sentence = 応答が確認を通らなかったため、サインインしていません。
problem-other-person = 別のアカウントでした
    .sentence = サインイン サービスのアカウントが、ここでサインインしているアカウントと異なります。
problem-step-up = このページにはより強力なサインインが必要です
    .sentence = このページは、より強力な、またはより新しいサインインを求めていますが、サインイン サービスはそれを確認しませんでした。何も変更されていません。
    .advice = もう一度試して役立つのは、二つ目の要素を使うなど、別の方法でサインインする場合だけです。それ以外の場合は、このアプリケーションの運営者にお問い合わせください。
problem-loop = サインインが繰り返されています
    .sentence = ページに到達しないまま、続けて { $count } 回サインインに送られました。際限なく続かないように停止しました。
    .advice = よくある原因: Cookie がブロックされている、時計がずれている、アプリケーションがサインインを受け付けない。1 分ほど待ってから、最初からやり直してください。
problem-consent-done = 管理者の同意から戻りました
    .sentence = 許可が与えられた場合、次回のサインインから有効になります。反映まで数分かかることがあります。

## What did not work: access

problem-not-allowed = アクセス権がありません
    .advice = サインイン サービスにはサインインしていますが、このサイトにはサインインしていません。誰がアクセスできるかは、このアプリケーションの運営者が決めています。
not-allowed-tenant = あなたの組織には、このアプリケーションへのアクセス権がありません。
not-allowed-tenant-missing = サインイン サービスから所属組織の情報が得られませんでした。このアプリケーションではその情報が必要です。
not-allowed-role = このアプリケーションに必要なロールをお持ちではありません。
not-allowed-group = このアプリケーションに必要なグループに所属していません。
not-allowed-groups-unknown = 現在、所属グループを確認できません。このアプリケーションにはグループへの所属が必要です。1 分ほどしてからもう一度お試しください。
not-allowed-email = お使いのメールアドレスは、このアプリケーションの一覧にありません。
not-allowed-email-unverified = このアプリケーションはメールアドレスで利用者を確認しますが、お使いのメールアドレスはサインイン サービスで確認されていません。
problem-consent-required = まだ API を呼び出せません
    .sentence = API を呼び出すには、アプリケーションに次のアクセス許可が必要ですが、まだ与えられていません。
    .administrator = このディレクトリでは、管理者だけがこれらのアクセス許可を与えられます。管理者に同意を依頼してください。もう一度サインインしても解決しません。
problem-permission-missing = { $name } はまだ使用できません
    .sentence = { $name } を使用するためのアクセス許可が、このアプリケーションにまだ与えられていません。
    .administrator = このアクセス許可を与えられるのは管理者だけです。管理者に同意を依頼してください。もう一度サインインしても解決しません。

## What did not work: outages

problem-authority-unavailable = サインイン サービスが応答しません
    .sentence = 現在、接続できません。しばらくしてからもう一度お試しください。
    .advice = すでにサインインしている方は、そのままご利用いただけます。
problem-authority-busy = サインイン サービスが混み合っています
    .sentence = 待つように求められています。しばらくしてからもう一度お試しください。
problem-credential-unavailable = 現在、このアプリケーションは認証できません
    .sentence = 動作している基盤から資格情報を取得できません。しばらくしてからもう一度お試しください。
problem-refresh-in-progress = サインインを更新しています
    .sentence = サインイン サービスの処理に時間がかかっています。少ししてからもう一度お試しください。
problem-misconfigured = このアプリケーションは正しく設定されていません
    .sentence = サインイン サービスとこのアプリケーションの設定が合っていません。運営者による対応が必要です。原因はログに記録されています。
    .credential = サインイン サービスに対するアプリケーションの資格情報を使用できません。運営者による対応が必要です。原因はログに記録されています。
    .nobody = サインイン サービスが、あなたが誰であるかを伝えていません。このアプリケーションの運営者は、クレーム「User's Object ID」(oid) をユーザー フローに追加する必要があります。詳細はログに記録されています。
problem-api-unavailable = { $name } が応答しませんでした
    .sentence = このページの背後にあるサービスが応答しなかったか、途中で切断されました。
    .advice = サインインは続いており、このサイトのほかの部分はご利用いただけます。
problem-api-timed-out = { $name } が時間内に応答しませんでした
    .sentence = このページの背後にあるサービスに時間がかかりすぎました。もう一度お試しください。
    .advice = サインインは続いており、このサイトのほかの部分はご利用いただけます。
problem-api-throttled = { $name } が混み合っています
    .sentence =
        { $seconds ->
           *[other] 現在、応答できません。{ $seconds } 秒後にもう一度お試しください。
        }
problem-upstream-unavailable = { $name } が応答しません
    .sentence = サイトのこの部分は現在ご利用いただけません。しばらくしてからもう一度お試しください。
    .advice = サインインは続いており、このサイトのほかの部分はご利用いただけます。
problem-busy = 変更がまだ反映されていません
    .sentence = 同時にセッションが更新されていました。少ししてからもう一度お試しください。
problem-groups-unavailable = 所属グループを確認できませんでした
    .sentence = このアプリケーションは特定のグループのメンバーだけが利用できますが、現在ディレクトリから所属グループを取得できません。サインアウトされた方はいません。少ししてからもう一度お試しください。
problem-unavailable = 当サイト側で問題が起きています
    .sentence = 現在、誰がサインインしているかを確認できません。サインアウトされた方はいません。少ししてからもう一度お試しください。

## What the sign-in service refused

refused-several-accounts = 複数のアカウントがサインインしています
    .sentence = ここで使うアカウントを選んでください。
refused-foreign-account = このアカウントは別の場所のものです
    .sentence = お使いのアカウントは、この組織のディレクトリに登録されていません。別のアカウントを使うか、招待を依頼してください。
refused-password-expired = パスワードの有効期限が切れました
    .sentence = もう一度サインインして、新しいパスワードを設定してください。
refused-account-disabled = アカウントが無効になっています
    .sentence = あなたの組織がこのアカウントを無効にしました。理由はヘルプデスクにお問い合わせください。
refused-no-session = もう一度サインインしてください
    .sentence = サインイン サービスに、あなたのセッションがなくなりました。
refused-sign-in-ended = もう一度サインインしてください
    .sentence = サインイン サービスでのサインインが終了しました。
refused-extra-proof = もう一つ手順が必要です
    .sentence = あなたの組織は、電話のコードなど、もう一つの確認を求めています。もう一度サインインして確認を行ってください。
refused-grant-over = サインインの有効期限が切れました
    .sentence = サインイン サービスが、もう一度サインインするように求めています。
refused-attention-needed = もう一度サインインしてください
    .sentence = サインイン サービスで確認が必要です。
refused-cancelled = キャンセルしました
    .sentence = 何も変更されていません。
refused-forgot-password = パスワードをお忘れですか?
    .sentence = このサイトには、パスワードを再設定するページがありません。サインイン サービスのページを使うか、サポートにお問い合わせください。
refused-link-over = このリンクは無効になりました
    .sentence = 新しいリンクを依頼するか、リンクを使わずにサインインしてください。
refused-attempt-mismatch = このサインインは完了できません
    .sentence = 最初からやり直してください。
refused-denied = サインインは完了しませんでした
    .sentence = キャンセルされたか、サインイン サービスが許可しませんでした。
refused-not-assigned = このアプリケーションに割り当てられていません
    .sentence = あなたの組織では、選ばれた方だけが利用できます。管理者に割り当てを依頼してください。
refused-conditional-access = あなたの組織の規則で許可されていません
    .sentence = 条件付きアクセスの規則により、このデバイス、場所、またはアプリケーションは拒否されました。どの規則かはヘルプデスクにお問い合わせください。
refused-device-rule = あなたの組織の規則では、このデバイスは許可されていません
    .sentence = 組織が管理するデバイスを使うか、ヘルプデスクにお問い合わせください。このデバイスでもう一度サインインしても解決しません。
refused-consent-missing = 同意が必要です
    .sentence = このアプリケーションには、まだ誰も与えていないアクセス許可が必要です。もう一度サインインして許可するか、管理者にお問い合わせください。
refused-administrator-consent = 先に管理者の同意が必要です
    .sentence = このアプリケーションには、ディレクトリの管理者だけが与えられるアクセス許可が必要です。管理者にお問い合わせください。もう一度サインインしても解決しません。
refused-consent-declined = 許可しませんでした
    .sentence = 求められたアクセス許可がないと、アプリケーションは続行できません。何も共有されていません。
refused-request-loop = サインインが続けて行われすぎています
    .sentence = サインイン サービスが繰り返しを検出しました。このサイトのほかのタブを閉じて、1 分ほどしてからもう一度お試しください。
refused-busy = サインイン サービスが混み合っています
    .sentence = 1 分ほどしてからもう一度お試しください。
refused-authority-problem = サインイン サービスで問題が発生しました
    .sentence = 1 分ほどしてからもう一度お試しください。
refused-policy-message = サインインは完了しませんでした
    .sentence = サインイン サービスの規則により拒否されました。理由はその運営者にお問い合わせください。
refused-configuration = このアプリケーションは正しく設定されていません
    .sentence = サインイン サービスは、現在の設定のままではこのアプリケーションを受け付けません。運営者による対応が必要です。もう一度試しても解決しません。
    .redirect-uri = 次のリダイレクト URI を、そのままサインイン サービスに登録してください:
refused-other = サインインは完了しませんでした
    .sentence = サインイン サービスがエラーを返しました。
