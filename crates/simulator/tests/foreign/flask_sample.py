"""A web application as Microsoft's Python sample shows it, with `identity.flask`; configured by its .env variables only."""

import os

import requests
from flask import Flask, render_template_string
from identity.flask import Auth

app = Flask(__name__)
app.config.update(SESSION_TYPE="filesystem", SESSION_FILE_DIR=os.environ["SESSION_FILE_DIR"])
auth = Auth(
    app,
    authority=os.getenv("AUTHORITY"),
    client_id=os.getenv("CLIENT_ID"),
    client_credential=os.getenv("CLIENT_SECRET"),
    redirect_uri=os.getenv("REDIRECT_URI"),
    oidc_authority=os.getenv("OIDC_AUTHORITY"),
    b2c_tenant_name=os.getenv("B2C_TENANT_NAME"),
    b2c_signup_signin_user_flow=os.getenv("SIGNUPSIGNIN_USER_FLOW"),
    b2c_edit_profile_user_flow=os.getenv("EDITPROFILE_USER_FLOW"),
    b2c_reset_password_user_flow=os.getenv("RESETPASSWORD_USER_FLOW"),
)

INDEX = """<h2>Welcome {{ user.get("name") }}!</h2>
{% if api_endpoint %}<a href="/call_api">Call an API</a>{% endif %}
{% if edit_profile_url %}<a href="{{ edit_profile_url }}">Edit Profile</a>{% endif %}
<a href="{{ url_for("identity.logout") }}">Logout</a>"""


@app.route("/")
@auth.login_required
def index(*, context):
    return render_template_string(
        INDEX,
        user=context["user"],
        edit_profile_url=auth.get_edit_profile_url(),
        api_endpoint=os.getenv("ENDPOINT"),
    )


@app.route("/call_api")
@auth.login_required(scopes=os.getenv("SCOPE", "").split())
def call_api(*, context):
    answer = requests.get(
        os.environ["ENDPOINT"],
        headers={"Authorization": "Bearer " + context["access_token"]},
        timeout=30,
    )
    return render_template_string("<pre>{{ result }}</pre>", result=answer.json())
