"""MSAL Python, as applications use it."""

import datetime
import threading
from urllib.parse import parse_qsl, urlsplit

import msal
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from simulator import CLIENTS, CONTOSO, SECRET, Browser, counts, order

AUTHORITY = f"https://login.microsoftonline.com/{CONTOSO}"
GRAPH = "https://graph.microsoft.com/v1.0/me"
REDIRECT = "http://localhost:5000/getAToken"


def good(result, what="access_token"):
    assert what in result, result
    return result


def by_code(app, scopes, person="ada"):
    """The whole authorization code flow; returns the result of the redemption."""
    flow = app.initiate_auth_code_flow(scopes, redirect_uri=REDIRECT)
    browser = Browser()
    browser.session.max_redirects = 20
    page = browser.open(flow["auth_uri"])
    answer = None
    for fields in ({"person": person}, {"consent": "accept"}):
        if f'name="{next(iter(fields))}"' not in page.text:
            continue
        form = {**page.hidden(), **fields}
        answer = browser.session.post(page.action(), data=form, allow_redirects=False)
        if "location" in answer.headers:
            break
        page = type(page)(answer)
    parameters = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    return app.acquire_token_by_auth_code_flow(flow, parameters)


def confidential_client_with_secret():
    app = msal.ConfidentialClientApplication(CLIENTS["entra-id"], client_credential=SECRET, authority=AUTHORITY)
    result = good(by_code(app, ["User.Read"]))
    assert result["id_token_claims"]["name"] == "Ada Lovelace"
    me = requests.get(GRAPH, headers={"Authorization": "Bearer " + result["access_token"]})
    assert me.json()["displayName"] == "Ada Lovelace", me.text
    account = app.get_accounts()[0]
    before = counts()["refresh"]
    good(app.acquire_token_silent(["User.Read"], account=account, force_refresh=True))
    assert counts()["refresh"] == before + 1


def certificate(sha1_only):
    """A self-signed certificate, registered as the portal would, and the credential as MSAL wants it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an application")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now)
    certificate = builder.not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    credential = {"private_key": private, "thumbprint": certificate.fingerprint(hashes.SHA1()).hex()}
    if not sha1_only:
        credential["public_certificate"] = pem
    return pem, credential


def confidential_client_with_certificate():
    for sha1_only in (False, True):
        pem, credential = certificate(sha1_only)
        name = f"with-certificate-{sha1_only}"
        permissions = ["https://graph.microsoft.com/User.Read.All"]
        order("/client", {"id": name, "certificates": [pem], "application_permissions": permissions})
        app = msal.ConfidentialClientApplication(name, client_credential=credential, authority=AUTHORITY)
        assert good(by_code(app, ["User.Read"]))["id_token_claims"]["tid"] == CONTOSO
        good(app.acquire_token_for_client(["https://graph.microsoft.com/.default"]))


def client_credentials():
    app = msal.ConfidentialClientApplication(CLIENTS["entra-id"], client_credential=SECRET, authority=AUTHORITY)
    result = good(app.acquire_token_for_client(["https://graph.microsoft.com/.default"]))
    assert "refresh_token" not in result and "id_token" not in result
    again = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert again["token_source"] == "cache", again
    wrong = msal.ConfidentialClientApplication(CLIENTS["entra-id"], client_credential="no", authority=AUTHORITY)
    refused = wrong.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert refused["error_codes"] == [7000215], refused


def device_code():
    app = msal.PublicClientApplication(
        CLIENTS["entra-id"], authority="https://login.microsoftonline.com/organizations"
    )
    flow = app.initiate_device_flow(["User.Read"])
    flow["interval"] = 1

    def person():
        browser = Browser()
        page = browser.send(browser.open(flow["verification_uri"]), otc=flow["user_code"])
        browser.send(page, person="grace")

    threading.Timer(0.5, person).start()
    result = good(app.acquire_token_by_device_flow(flow))
    assert result["id_token_claims"]["name"] == "Grace Hopper"
    good(app.acquire_token_silent(["User.Read"], account=app.get_accounts()[0], force_refresh=True))


def password():
    app = msal.PublicClientApplication(
        CLIENTS["entra-id"], authority="https://login.microsoftonline.com/organizations"
    )
    good(app.acquire_token_by_username_password("ada@contoso.onmicrosoft.com", "any", ["User.Read"]))


def on_behalf_of():
    order("/client", {"id": "middle-tier", "secrets": ["s"], "scopes": ["access_as_user"]})
    front = msal.ConfidentialClientApplication(CLIENTS["entra-id"], client_credential=SECRET, authority=AUTHORITY)
    token = good(by_code(front, ["api://middle-tier/access_as_user"]))["access_token"]
    middle = msal.ConfidentialClientApplication("middle-tier", client_credential="s", authority=AUTHORITY)
    result = good(middle.acquire_token_on_behalf_of(token, ["https://graph.microsoft.com/User.Read"]))
    me = requests.get(GRAPH, headers={"Authorization": "Bearer " + result["access_token"]})
    assert me.json()["displayName"] == "Ada Lovelace", me.text


def sovereign_cloud():
    app = msal.ConfidentialClientApplication(
        CLIENTS["entra-id"],
        client_credential=SECRET,
        authority=f"https://login.partner.microsoftonline.cn/{CONTOSO}",
    )
    good(app.acquire_token_for_client(["https://microsoftgraph.chinacloudapi.cn/.default"]))


def stranger():
    try:
        msal.ConfidentialClientApplication("a", client_credential="b", authority="https://login.evil.example/common")
    except ValueError as error:
        assert "invalid_instance" in str(error), error
    else:
        raise AssertionError("an authority of nobody was accepted")


for step in (
    confidential_client_with_secret,
    confidential_client_with_certificate,
    client_credentials,
    device_code,
    password,
    on_behalf_of,
    sovereign_cloud,
    stranger,
):
    step()
    print("  MSAL Python:", step.__name__.replace("_", " "))
