"""The Flask applications with the four shapes of their .env files."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time

from simulator import CLIENTS, CONTOSO, CUSTOMERS, SECRET, Browser, counts, order

GRAPH = {"SCOPE": "User.Read", "ENDPOINT": "https://graph.microsoft.com/v1.0/me"}
SHAPES = {
    "entra-id": {"AUTHORITY": f"https://login.microsoftonline.com/{CONTOSO}", **GRAPH},
    "external-id": {"AUTHORITY": "https://contoso.ciamlogin.com/contoso.onmicrosoft.com", **GRAPH},
    "external-id-custom-domain": {"OIDC_AUTHORITY": f"https://login.contoso.com/{CUSTOMERS}/v2.0", **GRAPH},
    "b2c": {
        "B2C_TENANT_NAME": "contoso",
        "SIGNUPSIGNIN_USER_FLOW": "B2C_1_susi",
        "EDITPROFILE_USER_FLOW": "B2C_1_edit_profile",
        "RESETPASSWORD_USER_FLOW": "B2C_1_reset_password",
        "SCOPE": "https://contoso.onmicrosoft.com/orders/Orders.Read",
        "ENDPOINT": "https://api.contoso.com/orders",
    },
}


@contextlib.contextmanager
def running(app, kind, path):
    """`flask run` with the variables of one .env file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            **os.environ,
            **SHAPES[kind],
            "CLIENT_ID": CLIENTS[kind],
            "CLIENT_SECRET": SECRET,
            "REDIRECT_URI": base + path,
            "SESSION_FILE_DIR": folder,
        }
        command = [sys.executable, "-m", "flask", "--app", app, "run", "--port", str(port)]
        with open(os.path.join(folder, "log"), "w+") as log:
            process = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
            try:
                wait_for(port, process)
                yield base
            except BaseException:
                log.seek(0)
                print(log.read(), file=sys.stderr)
                raise
            finally:
                process.terminate()
                process.wait()


def wait_for(port, process):
    for _ in range(200):
        assert process.poll() is None, "the application ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("the application does not listen")


def shows_the_api(page, kind):
    expected = "Difference engine" if kind == "b2c" else "Ada Lovelace"
    assert expected in page.text, page.text


def refreshes_silently(browser, url, kind):
    """An access token that is nearly over is renewed without the person."""
    before = counts()
    shows_the_api(browser.open(url), kind)
    after = counts()
    assert after["refresh"] > before["refresh"], after
    assert after["authorize"] == before["authorize"], after


def at_sign_in(browser, base):
    """At B2C the sample shows its own page with links first."""
    page = browser.open(base + "/")
    return browser.open(page.link("Sign In")) if "Sign In" in page.text else page


def sample(kind):
    with running("flask_sample", kind, "/redirect") as base:
        browser = Browser()
        page = browser.sign_in(at_sign_in(browser, base))
        assert "Welcome Ada Lovelace!" in page.text, page.text
        page = browser.open(page.link("Call an API"))
        page = browser.open(page.link("Sign In")) if "Sign In" in page.text else page
        shows_the_api(browser.sign_in(page), kind)
        refreshes_silently(browser, base + "/call_api", kind)
        if kind == "b2c":
            edits_profile(browser, base)
            resets_password(base)
        browser.open(browser.open(base + "/").link("Logout"))
        page = at_sign_in(browser, base)
        assert 'name="person"' in page.text, page.text


def edits_profile(browser, base):
    page = browser.open(browser.open(base + "/").link("Edit Profile"))
    assert 'name="given_name"' in page.text, page.text
    back = browser.send(page, save="1", name="Ada King", given_name="Ada", family_name="King")
    assert "Welcome" in back.text, back.text
    order("/person", {"id": "ada", "name": "Ada Lovelace"})


def resets_password(base):
    browser = Browser()
    page = browser.open(browser.open(base + "/").link("Reset Password"))
    page = browser.send(page, person="ada")
    assert "password" in page.text.lower(), page.text
    assert browser.send(page, reset="1").status == 200
    # "Forgot your password?" of the sign-in page leads there too, by AADB2C90118.
    browser = Browser()
    page = browser.send(at_sign_in(browser, base), forgot="1")
    assert "Whose password was forgotten" in page.text, page.text


def tutorial(kind):
    with running("flask_tutorial", kind, "/getAToken") as base:
        browser = Browser()
        page = browser.open(base + "/")
        page = browser.sign_in(browser.open(page.link("Sign In")))
        assert "Welcome Ada Lovelace!" in page.text, page.text
        shows_the_api(browser.open(page.link("Call a downstream API")), kind)
        refreshes_silently(browser, base + "/call_downstream_api", kind)
        browser.open(base + "/logout")
        page = browser.open(base + "/")
        assert 'name="person"' in browser.open(page.link("Sign In")).text


# MSAL renews what is over within five minutes.
order("/shapes", {"access_token_lifetime": 60})
for kind in SHAPES:
    for application in (sample, tutorial):
        application(kind)
        print(f"  Flask, {application.__name__}: {kind}")
order("/reset")
