"""A web application as the tutorials for External ID build it, with `identity.web`; configured by its .env variables only."""

import os

import identity.web
import requests
from flask import Flask, redirect, render_template_string, request, session, url_for
from flask_session import Session

SCOPE = os.getenv("SCOPE", "User.Read").split()
ENDPOINT = os.getenv("ENDPOINT", "https://graph.microsoft.com/v1.0/me")

app = Flask(__name__)
app.config.update(SESSION_TYPE="filesystem", SESSION_FILE_DIR=os.environ["SESSION_FILE_DIR"])
Session(app)


def authority():
    tenant, flow = os.getenv("B2C_TENANT_NAME"), os.getenv("SIGNUPSIGNIN_USER_FLOW")
    if tenant:
        return f"https://{tenant}.b2clogin.com/{tenant}.onmicrosoft.com/{flow}"
    return os.getenv("AUTHORITY")


auth = identity.web.Auth(
    session=session,
    authority=authority(),
    oidc_authority=os.getenv("OIDC_AUTHORITY"),
    client_id=os.getenv("CLIENT_ID"),
    client_credential=os.getenv("CLIENT_SECRET"),
)


@app.route("/login")
def login():
    begun = auth.log_in(scopes=SCOPE, redirect_uri=url_for("auth_response", _external=True))
    return render_template_string('<h1>Microsoft Identity Python Web App</h1><a href="{{ auth_uri }}">Sign In</a>', **begun)


@app.route("/getAToken")
def auth_response():
    result = auth.complete_log_in(request.args)
    if "error" in result:
        return render_template_string("Login Failure: {{ error }} {{ error_description }}", **result)
    return redirect(url_for("index"))


@app.route("/logout")
def logout():
    return redirect(auth.log_out(url_for("index", _external=True)))


@app.route("/")
def index():
    if not auth.get_user():
        return redirect(url_for("login"))
    return render_template_string(
        '<h2>Welcome {{ user.get("name") }}!</h2><a href="/call_downstream_api">Call a downstream API</a> <a href="/logout">Logout</a>',
        user=auth.get_user(),
    )


@app.route("/call_downstream_api")
def call_downstream_api():
    token = auth.get_token_for_user(SCOPE)
    if "error" in token:
        return redirect(url_for("login"))
    answer = requests.get(ENDPOINT, headers={"Authorization": "Bearer " + token["access_token"]}, timeout=30)
    return render_template_string("<pre>{{ result }}</pre>", result=answer.json())
