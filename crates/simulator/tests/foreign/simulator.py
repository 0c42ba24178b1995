"""The person at the browser, and the portal where applications are registered."""

import html
import os
import re
from urllib.parse import urljoin

import requests

CONTROL = os.environ["SIMULATOR"] + "/control"
SECRET = "sim8Q~this-secret-opens-nothing.but_the~simulator"
CONTOSO = "3aa4b1d2-5c3e-4f6a-8b7c-9d0e1f2a3b4c"
CUSTOMERS = "c1a3e0b2-6f4d-4e58-9a7b-0c1d2e3f4a5b"
CLIENTS = {
    "entra-id": "6731de76-14a6-49ae-97bc-6eba6914391e",
    "external-id": "4f2a7c1e-9b3d-4a58-8e60-1d2c3b4a5f67",
    "external-id-custom-domain": "b7e1d0c9-5a4f-4e3d-9c2b-0a1f2e3d4c5b",
    "b2c": "0c9e8d7f-6b5a-4938-a716-253443526170",
}


def order(path, body=None):
    answer = requests.post(CONTROL + path, json=body if body is not None else {})
    assert answer.status_code == 200, answer.text
    return answer.json()


def counts():
    return requests.get(CONTROL + "/counts").json()["total"]


class Page:
    """A page of the browser: its forms can be sent, its meta refresh followed."""

    def __init__(self, response):
        self.status, self.url, self.text = response.status_code, response.url, response.text

    def hidden(self):
        found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', self.text)
        return {html.unescape(name): html.unescape(value) for name, value in found}

    def action(self):
        return urljoin(self.url, html.unescape(re.search(r'action="([^"]*)"', self.text).group(1)))

    def link(self, text):
        found = re.search(r'<a [^>]*href=[\'"]([^\'"]*)[\'"][^>]*>\s*' + text, self.text)
        assert found, f"no link {text!r} on {self.url}: {self.text}"
        return urljoin(self.url, html.unescape(found.group(1)))


class Browser:
    def __init__(self):
        self.session = requests.Session()

    def open(self, url):
        return self.shown(self.session.get(url, timeout=30))

    def send(self, page, **fields):
        form = {**page.hidden(), **fields}
        return self.shown(self.session.post(page.action(), data=form, timeout=30))

    def shown(self, response):
        page = Page(response)
        refresh = re.search(r'http-equiv=[\'"]refresh[\'"] content=[\'"]\d+;\s*(?:url=)?([^\'"]*)', page.text, re.I)
        return self.open(html.unescape(refresh.group(1))) if refresh else page

    def sign_in(self, page, person="ada"):
        """Picks a person and consents, until the browser is back at the application."""
        for _ in range(4):
            if 'name="person"' in page.text:
                page = self.send(page, person=person)
            elif 'name="consent"' in page.text:
                page = self.send(page, consent="accept")
            elif "Back to the application" in page.text:
                page = self.send(page)
            else:
                break
        return page
