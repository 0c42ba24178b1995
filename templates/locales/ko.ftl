# 한국어

## This language

language-name = 한국어
direction = ltr
date-locale = ko-KR

## Around every page

skip = 본문으로 이동
sign-in = 로그인
sign-out = 로그아웃
signed-in-as = 로그인한 계정:
your-account = 내 계정
home = 홈
you = 내 정보
sessions = 세션
token-details = 토큰 정보
back = 뒤로
guarded = gatehouse로 보호됨
support = 도움말 및 지원
imprint = 운영자 정보
privacy = 개인정보 보호
terms = 이용 약관
language = 언어
language-choose = 변경

## Home

home-signed-in = 로그인했습니다
home-welcome = { $name } 님, 환영합니다
home-access = { $site }에 액세스할 수 있습니다.
home-signed-out = 로그인하지 않았습니다.
home-sign-in = { $site }을(를) 계속 이용하려면 로그인하세요.
home-curious = 이 페이지는 로그인한 사용자만 볼 수 있습니다. 그전에는 401로 응답합니다:
home-apis = 웹 API 호출
home-apis-hint = 본인 자격으로 API를 호출하고 응답을 확인하세요.
home-you-hint = 이름, 계정 및 로그인 방법
home-token-details-hint = 로그인 서비스가 제공하는 내 정보
home-sessions-hint = 로그인된 위치와 로그아웃 방법
edit-profile = 프로필 편집
edit-profile-hint = 이름과 기타 정보를 변경합니다
reset-password = 비밀번호 재설정
reset-password-hint = 새 비밀번호를 설정합니다
developer = 개발자용
developer-redirect-uri = 로그인 서비스에 이 리디렉션 URI를 등록하세요:

## News, shown once

news-sign-in-cancelled = 로그인을 취소했습니다.
news-edit-cancelled = 취소했습니다. 프로필은 변경되지 않았습니다.
news-reset-cancelled = 취소했습니다. 비밀번호는 변경되지 않았습니다.
news-profile-updated = 프로필이 업데이트되었습니다.
news-sessions-ended =
    { $count ->
        [0] 종료된 세션이 없습니다.
       *[other] 세션 { $count }개를 종료했습니다.
    }
news-session-ended = 세션이 여기 또는 다른 곳에서 종료되었습니다. 계속하려면 다시 로그인하세요.
news-session-expired = 세션이 만료되었습니다. 계속하려면 다시 로그인하세요.
news-session-not-allowed = 더 이상 액세스 권한이 없어 세션이 종료되었습니다. 잘못되었다고 생각되면 이 사이트의 운영자에게 문의하세요.
news-session-renamed = 세션 이름을 저장했습니다.

## Sign-out

sign-out-title = 로그아웃하시겠습니까?
sign-out-sentence = 여기와 로그인 서비스에서 로그아웃됩니다.
sign-out-stay = 로그인 유지
signed-out = 로그아웃됨
signed-out-title = 로그아웃했습니다
signed-out-everywhere = 여기와 로그인 서비스에서 로그아웃했습니다.
signed-out-here-only = 여기의 세션이 종료되었습니다. 로그인 서비스에는 아직 로그인되어 있을 수 있습니다.
signed-out-nobody = 이 브라우저에는 세션이 없습니다.
signed-out-shared = 공용 컴퓨터라면 지금 브라우저를 닫으세요.
signed-out-onward = 계속

## Sessions

sessions-title = 내 세션
sessions-lead = { $site }에 로그인된 브라우저입니다. 모르는 세션은 종료하세요.
session-this = 이 브라우저
session-seen = 마지막 사용
session-created = 로그인
session-expires = 만료 기한
session-network = 네트워크
session-end = 종료
session-end-which = 종료: { $browser } 세션, { $when } 시작
session-name = 이름
session-name-save = 저장
session-name-hint = 이름을 지정하면 세션을 알아보기 쉽습니다. 예: "주방 태블릿"
sessions-end-others = 다른 모든 세션 종료
sessions-end-others-title = 다른 모든 세션을 종료하시겠습니까?
sessions-end-others-sentence = 다른 모든 브라우저에서 로그아웃됩니다. 이 브라우저는 로그인 상태로 유지됩니다.
sessions-keep = 유지
sessions-only = 다른 곳에는 로그인되어 있지 않습니다.
browser-on-system = { $system }의 { $browser }
browser-unknown = 알 수 없는 브라우저

## You

you-name = 이름
you-account = 계정
you-directory = 디렉터리
you-method = 로그인 방법
you-since = 로그인
you-other-account = 다른 계정 사용
method-password = 비밀번호
method-several = 비밀번호와 추가 인증
method-key = 키 또는 기기
method-code = 메시지 또는 앱의 코드
method-other = 로그인 서비스에서 인증

## Details of the ID token

token-details-title = ID 토큰 정보
token-details-caption = ID 토큰의 클레임
token-details-claim = 클레임
token-details-value = 값
token-details-empty-list = 빈 목록
token-details-more =
    { $count ->
       *[other] 외 { $count }개
    }
token-details-hidden = 프로토콜에만 필요한 값은 표시하지 않습니다.
token-details-none = ID 토큰에 여기에 표시할 수 있는 클레임이 없습니다.
claim-aud = 이 토큰의 대상 애플리케이션
claim-iss = 이 토큰의 발급자
claim-sub = 이 애플리케이션에서의 내 식별자
claim-oid = 디렉터리에서의 내 식별자
claim-tid = 내 계정이 속한 디렉터리
claim-sid = 로그인 서비스의 세션
claim-name = 이름
claim-given-name = 이름(성 제외)
claim-family-name = 성
claim-username = 로그인할 때 쓰는 이름
claim-email = 이메일 주소
claim-emails = 이메일 주소 목록
claim-roles = 이 애플리케이션에서 할 수 있는 일
claim-groups = 속한 그룹
claim-idp = 계정의 출처
claim-way = 로그인한 방식
claim-amr = 본인임을 증명한 방법
claim-acct = 디렉터리의 구성원(0) 또는 게스트(1)
claim-auth-time = 로그인한 시각
claim-exp = 이 토큰의 만료 시각
claim-ver = 이 토큰의 버전

## Result of an API call

api-result = API 결과
api-result-title = API 호출 결과
api-result-again = 다시 호출
api-result-status = 상태
api-result-binary =
    { $bytes ->
       *[other] 응답이 텍스트가 아니므로({ $bytes }바이트) 표시하지 않습니다.
    }
api-result-region = API의 응답
api-result-cut = 응답이 길어 앞부분만 표시합니다.
api-result-empty = 응답에 내용이 없습니다.
api-result-type = 콘텐츠 형식

## Times

ago-now = 방금
ago-minutes =
    { $count ->
       *[other] { $count }분 전
    }
ago-hours =
    { $count ->
       *[other] { $count }시간 전
    }
ago-days =
    { $count ->
       *[other] { $count }일 전
    }
in-minutes =
    { $count ->
       *[other] { $count }분 후
    }
in-hours =
    { $count ->
       *[other] { $count }시간 후
    }
in-days =
    { $count ->
       *[other] { $count }일 후
    }

## What did not work: what to do about it

try-again = 다시 시도
start-again = 처음부터 다시
other-account = 다른 계정 사용
ask-again = 다시 요청
details = 지원용 세부 정보
details-hint = 도움을 요청할 때 다음 정보를 함께 알려 주세요
detail-request-id = 요청 번호
detail-code = 코드
detail-correlation-id = 상관관계 ID
detail-authority-time = 로그인 서비스의 시각
detail-time = 시각
reloads = 이 페이지는 자동으로 다시 시도합니다.

## What did not work: the kind

kind-sign-in = 로그인이 완료되지 않음
kind-soon = 잠시 후 다시 시도하세요
kind-later = 나중에 다시 시도하세요
kind-unchanged = 변경된 내용이 없습니다
kind-stopped = 중지됨
kind-permission = 권한 없음
kind-unavailable = 사용할 수 없음
kind-consent = 관리자 동의

## What did not work: pages and requests

problem-not-signed-in = 로그인하지 않았습니다
    .sentence = 이 페이지를 보려면 로그인하세요.
    .developer = 이 페이지를 보려면 로그인해야 합니다. 페이지 위쪽의 버튼으로 로그인하세요.
problem-method-not-allowed = 여기서는 사용할 수 없습니다
    .sentence = 이 주소는 이런 종류의 요청을 받지 않습니다.
problem-too-large = 너무 큽니다
    .sentence = 요청이 이 주소가 받을 수 있는 크기를 넘었습니다.
problem-not-found = 페이지를 찾을 수 없습니다
    .sentence = 이 주소에는 페이지가 없습니다.
problem-too-slow = 시간이 너무 오래 걸렸습니다
    .sentence = 요청이 제때 도착하지 않았습니다. 다시 시도하세요.
problem-not-a-form = 여기서는 사용할 수 없습니다
    .sentence = 이 주소는 양식만 받습니다.
problem-failed = 저희 쪽에서 문제가 발생했습니다
    .sentence = 잠시 후 다시 시도하세요.
problem-bad-request = 이 요청을 읽을 수 없습니다
    .sentence = 뒤로 가서 다시 시도하세요.
problem-cross-site = 이 사이트의 버튼을 사용하세요
    .sentence = 요청이 이 사이트의 페이지에서 온 것이 아니므로 아무 작업도 하지 않았습니다.
problem-too-many = 요청이 너무 많습니다
    .sentence = 사용 중인 네트워크에서 온 요청이 너무 많습니다. 잠시 기다려 주세요.
problem-unknown-host = 이 주소에는 아무것도 없습니다
    .sentence = 주소가 잘못되었거나 사이트가 옮겨졌을 수 있습니다.
problem-not-ready = 이 사이트는 아직 준비되지 않았습니다
    .sentence = 설정 또는 변경 중입니다. 1분 후에 다시 시도하세요.

## What did not work: sign-in

problem-sign-in-invalid = 이 로그인을 완료할 수 없습니다
    .sentence = 로그인 서비스의 응답이 여기서 시작한 로그인의 것이 아닙니다. 변경된 내용이 없습니다.
problem-sign-in-expired = 이 로그인이 만료되었습니다
    .sentence = 시간이 너무 오래 걸렸거나, 이미 사용되었거나, 다른 브라우저에서 시작되었습니다.
    .advice = 계속 발생하면 이 사이트의 쿠키를 허용하세요.
problem-answer-invalid = 로그인 서비스의 응답을 받아들일 수 없습니다
    .sentence = 응답이 저희의 확인을 통과하지 못해 로그인되지 않았습니다.
problem-other-person = 다른 계정이었습니다
    .sentence = 로그인 서비스의 계정이 여기에 로그인된 계정과 다릅니다.
problem-step-up = 이 페이지에는 더 강력한 로그인이 필요합니다
    .sentence = 이 페이지는 더 강력하거나 더 최근의 로그인을 요구하지만 로그인 서비스가 이를 확인하지 않았습니다. 변경된 것은 없습니다.
    .advice = 다시 시도하는 것은 두 번째 요소를 사용하는 등 다른 방법으로 로그인할 때만 도움이 됩니다. 그렇지 않으면 이 애플리케이션의 운영자에게 문의하세요.
problem-loop = 로그인이 계속 다시 시작됩니다
    .sentence = 페이지에 도달하지 못한 채 연속 { $count }번 로그인으로 보내졌습니다. 끝없이 계속되지 않도록 중지했습니다.
    .advice = 흔한 원인: 쿠키가 차단되었거나, 시계가 맞지 않거나, 애플리케이션이 로그인을 받아들이지 않습니다. 1분쯤 기다린 뒤 처음부터 다시 시작하세요.
problem-consent-done = 관리자 동의에서 돌아왔습니다
    .sentence = 권한이 부여되었다면 다음 로그인부터 적용됩니다. 적용되기까지 몇 분 걸릴 수 있습니다.

## What did not work: access

problem-not-allowed = 액세스 권한이 없습니다
    .advice = 로그인 서비스에는 로그인되어 있지만 여기에는 로그인되어 있지 않습니다. 누가 액세스할 수 있는지는 이 애플리케이션의 운영자가 결정합니다.
not-allowed-tenant = 소속 조직에 이 애플리케이션에 대한 액세스 권한이 없습니다.
not-allowed-tenant-missing = 로그인 서비스가 귀하의 소속 조직을 알려 주지 않았는데, 이 애플리케이션에는 그 정보가 필요합니다.
not-allowed-role = 이 애플리케이션에 필요한 역할이 없습니다.
not-allowed-group = 이 애플리케이션에 필요한 그룹에 속해 있지 않습니다.
not-allowed-groups-unknown = 지금은 그룹을 확인할 수 없으며, 이 애플리케이션에는 그룹이 필요합니다. 1분 후에 다시 시도하세요.
not-allowed-email = 이메일 주소가 이 애플리케이션의 목록에 없습니다.
not-allowed-email-unverified = 이 애플리케이션은 이메일 주소로 사용자를 허용하는데, 로그인 서비스가 귀하의 주소를 확인하지 않았습니다.
problem-consent-required = 아직 API를 호출할 수 없습니다
    .sentence = 애플리케이션이 API를 호출하려면 다음 권한이 필요하지만 부여되지 않았습니다.
    .administrator = 이 디렉터리에서는 관리자만 이 권한을 부여할 수 있습니다. 관리자에게 이 애플리케이션에 대한 동의를 요청하세요. 다시 로그인해도 도움이 되지 않습니다.
problem-permission-missing = 아직 { $name }을(를) 사용할 수 없습니다
    .sentence = 이 애플리케이션에는 아직 { $name }을(를) 사용하는 데 필요한 권한이 부여되지 않았습니다.
    .administrator = 관리자만 이 권한을 부여할 수 있습니다. 관리자에게 이 애플리케이션에 대한 동의를 요청하세요. 다시 로그인해도 도움이 되지 않습니다.

## What did not work: outages

problem-authority-unavailable = 로그인 서비스가 응답하지 않습니다
    .sentence = 지금은 연결할 수 없습니다. 잠시 후 다시 시도하세요.
    .advice = 이미 로그인한 사용자는 계속 이용할 수 있습니다.
problem-authority-busy = 로그인 서비스가 혼잡합니다
    .sentence = 기다려 달라는 요청을 받았습니다. 잠시 후 다시 시도하세요.
problem-credential-unavailable = 지금은 이 애플리케이션이 인증할 수 없습니다
    .sentence = 실행 중인 플랫폼이 지금 자격 증명을 제공하지 않습니다. 잠시 후 다시 시도하세요.
problem-refresh-in-progress = 로그인을 갱신하고 있습니다
    .sentence = 로그인 서비스가 응답하는 데 시간이 걸리고 있습니다. 잠시 후 다시 시도하세요.
problem-misconfigured = 이 애플리케이션이 올바르게 설정되지 않았습니다
    .sentence = 로그인 서비스와 이 애플리케이션이 서로 맞지 않습니다. 운영자가 조치해야 하며 원인은 로그에 있습니다.
    .credential = 로그인 서비스에 대한 애플리케이션 자체의 자격 증명을 사용할 수 없습니다. 운영자가 조치해야 하며 원인은 로그에 있습니다.
    .nobody = 로그인 서비스가 사용자가 누구인지 알려 주지 않습니다. 이 애플리케이션의 운영자가 사용자 흐름에 클레임 "User's Object ID"(oid)를 추가해야 하며 자세한 내용은 로그에 있습니다.
problem-api-unavailable = { $name }이(가) 응답하지 않았습니다
    .sentence = 이 페이지 뒤의 서비스가 응답하지 않았거나 연결이 끊겼습니다.
    .advice = 로그인 상태는 유지되며 이 사이트의 나머지 부분은 작동합니다.
problem-api-timed-out = { $name }이(가) 제때 응답하지 않았습니다
    .sentence = 이 페이지 뒤의 서비스가 너무 오래 걸렸습니다. 다시 시도하세요.
    .advice = 로그인 상태는 유지되며 이 사이트의 나머지 부분은 작동합니다.
problem-api-throttled = { $name }이(가) 혼잡합니다
    .sentence =
        { $seconds ->
           *[other] 지금은 응답할 수 없습니다. { $seconds }초 후에 다시 시도하세요.
        }
problem-upstream-unavailable = { $name }이(가) 응답하지 않습니다
    .sentence = 사이트의 이 부분은 지금 사용할 수 없습니다. 잠시 후 다시 시도하세요.
    .advice = 로그인 상태는 유지되며 이 사이트의 나머지 부분은 작동합니다.
problem-busy = 변경 사항이 아직 여기에 반영되지 않았습니다
    .sentence = 같은 시각에 세션이 갱신되고 있었습니다. 잠시 후 다시 시도하세요.
problem-groups-unavailable = 그룹을 확인할 수 없습니다
    .sentence = 이 애플리케이션은 특정 그룹의 구성원만 이용할 수 있는데, 지금 디렉터리가 그룹 정보를 제공하지 않습니다. 로그아웃된 사람은 없습니다. 잠시 후 다시 시도하세요.
problem-unavailable = 저희 쪽에 문제가 있습니다
    .sentence = 지금은 누가 로그인했는지 확인할 수 없습니다. 로그아웃된 사람은 없습니다. 잠시 후 다시 시도하세요.

## What the sign-in service refused

refused-several-accounts = 여러 계정이 로그인되어 있습니다
    .sentence = 여기서 사용할 계정을 선택하세요.
refused-foreign-account = 이 계정은 다른 곳에 속합니다
    .sentence = 이 조직의 디렉터리에 등록되지 않은 계정입니다. 다른 계정을 사용하거나 초대를 요청하세요.
refused-password-expired = 비밀번호가 만료되었습니다
    .sentence = 다시 로그인하여 새 비밀번호를 설정하세요.
refused-account-disabled = 계정이 비활성화되었습니다
    .sentence = 소속 조직이 이 계정을 비활성화했습니다. 이유는 헬프데스크에 문의하세요.
refused-no-session = 다시 로그인하세요
    .sentence = 로그인 서비스에 더 이상 세션이 없습니다.
refused-sign-in-ended = 다시 로그인하세요
    .sentence = 로그인 서비스의 로그인이 종료되었습니다.
refused-extra-proof = 한 단계가 더 필요합니다
    .sentence = 소속 조직에서 휴대전화 코드와 같은 추가 인증을 요구합니다. 다시 로그인하여 인증하세요.
refused-grant-over = 로그인이 만료되었습니다
    .sentence = 로그인 서비스가 다시 로그인하도록 요청합니다.
refused-attention-needed = 다시 로그인하세요
    .sentence = 로그인 서비스에서 확인이 필요합니다.
refused-cancelled = 취소했습니다
    .sentence = 변경된 내용이 없습니다.
refused-forgot-password = 비밀번호를 잊으셨나요?
    .sentence = 이 사이트에는 비밀번호를 재설정하는 페이지가 없습니다. 로그인 서비스의 페이지를 이용하거나 도움을 요청하세요.
refused-link-over = 이 링크는 더 이상 유효하지 않습니다
    .sentence = 새 링크를 요청하거나 링크 없이 로그인하세요.
refused-attempt-mismatch = 이 로그인을 완료할 수 없습니다
    .sentence = 처음부터 다시 시작하세요.
refused-denied = 로그인이 완료되지 않았습니다
    .sentence = 취소되었거나 로그인 서비스가 허용하지 않았습니다.
refused-not-assigned = 이 애플리케이션에 할당되지 않았습니다
    .sentence = 소속 조직은 선택된 사람만 허용합니다. 관리자에게 할당을 요청하세요.
refused-conditional-access = 소속 조직의 규칙에서 허용하지 않습니다
    .sentence = 조건부 액세스 규칙이 이 기기, 위치 또는 애플리케이션을 거부했습니다. 어떤 규칙인지는 헬프데스크에 문의하세요.
refused-device-rule = 소속 조직의 규칙에서 이 기기를 허용하지 않습니다
    .sentence = 조직에서 관리하는 기기를 사용하거나 헬프데스크에 문의하세요. 이 기기에서 다시 로그인해도 도움이 되지 않습니다.
refused-consent-missing = 동의가 필요합니다
    .sentence = 이 애플리케이션에는 아직 아무도 부여하지 않은 권한이 필요합니다. 다시 로그인하여 부여하거나 관리자에게 문의하세요.
refused-administrator-consent = 먼저 관리자의 동의가 필요합니다
    .sentence = 이 애플리케이션에는 디렉터리 관리자만 부여할 수 있는 권한이 필요합니다. 관리자에게 문의하세요. 다시 로그인해도 도움이 되지 않습니다.
refused-consent-declined = 거절했습니다
    .sentence = 요청한 권한이 없으면 애플리케이션을 계속할 수 없습니다. 공유된 정보는 없습니다.
refused-request-loop = 연속 로그인이 너무 많습니다
    .sentence = 로그인 서비스가 반복을 감지했습니다. 이 사이트의 다른 탭을 닫고 1분 후에 다시 시도하세요.
refused-busy = 로그인 서비스가 혼잡합니다
    .sentence = 1분 후에 다시 시도하세요.
refused-authority-problem = 로그인 서비스에 문제가 있었습니다
    .sentence = 1분 후에 다시 시도하세요.
refused-policy-message = 로그인이 완료되지 않았습니다
    .sentence = 로그인 서비스의 규칙이 거부했습니다. 이유는 해당 운영자에게 문의하세요.
refused-configuration = 이 애플리케이션이 올바르게 설정되지 않았습니다
    .sentence = 로그인 서비스가 현재 설정으로는 이 애플리케이션을 받아들이지 않습니다. 운영자가 조치해야 하며, 다시 시도해도 도움이 되지 않습니다.
    .redirect-uri = 로그인 서비스에 다음 리디렉션 주소를 정확히 등록하세요:
refused-other = 로그인이 완료되지 않았습니다
    .sentence = 로그인 서비스가 오류로 응답했습니다.
