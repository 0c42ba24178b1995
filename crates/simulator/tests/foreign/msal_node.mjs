// MSAL Node, as applications use it.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfidentialClientApplication, CryptoProvider, PublicClientApplication } from "@azure/msal-node";
import { approve, check, CONTOSO, CUSTOMERS, ENTRA_CLIENT, order, REDIRECT, run, SECRET, signIn } from "./simulator.mjs";

const authority = `https://login.microsoftonline.com/${CONTOSO}`;
const graph = "https://graph.microsoft.com/v1.0/me";
const application = (clientId, credential) => new ConfidentialClientApplication({ auth: { clientId, authority, ...credential } });

async function byCode(app, scopes, person) {
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const request = { scopes, redirectUri: REDIRECT, codeChallenge: challenge, codeChallengeMethod: "S256" };
  const callback = await signIn(await app.getAuthCodeUrl(request), person);
  return app.acquireTokenByCode({ scopes, redirectUri: REDIRECT, code: callback.searchParams.get("code"), codeVerifier: verifier });
}

async function codeWithSecretAndSilentRefresh() {
  const app = application(ENTRA_CLIENT, { clientSecret: SECRET });
  const result = await byCode(app, ["User.Read"]);
  check(result.account.name === "Ada Lovelace", result.account);
  const me = await (await fetch(graph, { headers: { authorization: `Bearer ${result.accessToken}` } })).json();
  check(me.displayName === "Ada Lovelace", me);
  const again = await app.acquireTokenSilent({ account: result.account, scopes: ["User.Read"], forceRefresh: true });
  check(again.accessToken && !again.fromCache, again);
}

/** A self-signed certificate, as `openssl req -x509` makes it. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  try {
    const file = (name) => join(folder, name);
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=app", "-keyout", file("key"), "-out", file("pem")], { stdio: "ignore" });
    return { privateKey: readFileSync(file("key"), "utf8"), x5c: readFileSync(file("pem"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function codeWithCertificate() {
  const { privateKey, x5c } = certificate();
  const der = Buffer.from(x5c.replace(/-----[^-]*-----|\s/g, ""), "base64");
  const thumbprintSha256 = createHash("sha256").update(der).digest("hex");
  await order("/client", { id: "node-certificate", certificates: [x5c] });
  const app = application("node-certificate", { clientCertificate: { privateKey, thumbprintSha256, x5c } });
  check((await byCode(app, ["User.Read"])).tenantId === CONTOSO, "another tenant");
}

async function clientCredentials() {
  const app = application(ENTRA_CLIENT, { clientSecret: SECRET });
  const result = await app.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
  check(result.accessToken, result);
}

async function onBehalfOf() {
  await order("/client", { id: "node-api", secrets: ["s"], scopes: ["access_as_user"] });
  const token = await byCode(application(ENTRA_CLIENT, { clientSecret: SECRET }), ["api://node-api/access_as_user"]);
  const api = application("node-api", { clientSecret: "s" });
  const result = await api.acquireTokenOnBehalfOf({ oboAssertion: token.accessToken, scopes: ["User.Read"] });
  const me = await (await fetch(graph, { headers: { authorization: `Bearer ${result.accessToken}` } })).json();
  check(me.displayName === "Ada Lovelace", me);
}

async function deviceCode() {
  const app = new PublicClientApplication({ auth: { clientId: ENTRA_CLIENT, authority } });
  const deviceCodeCallback = ({ verificationUri, userCode }) => approve(verificationUri, userCode, "grace");
  const result = await app.acquireTokenByDeviceCode({ scopes: ["User.Read"], deviceCodeCallback });
  check(result.account.name === "Grace Hopper", result.account);
}

async function externalIdAndB2c() {
  for (const [clientId, authority, scope] of [
    ["4f2a7c1e-9b3d-4a58-8e60-1d2c3b4a5f67", "https://contoso.ciamlogin.com/contoso.onmicrosoft.com", "User.Read"],
    ["0c9e8d7f-6b5a-4938-a716-253443526170", "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_susi", "https://contoso.onmicrosoft.com/orders/Orders.Read"],
  ]) {
    // The issuer of External ID is another host, so MSAL.js wants to be told about it (MSAL.js #8592).
    const knownAuthorities = [new URL(authority).host, `${CUSTOMERS}.ciamlogin.com`];
    const app = new ConfidentialClientApplication({ auth: { clientId, authority, clientSecret: SECRET, knownAuthorities } });
    const result = await byCode(app, [scope]);
    check(result.idTokenClaims.name === "Ada Lovelace", result.idTokenClaims);
  }
}

await run("MSAL Node", [codeWithSecretAndSilentRefresh, codeWithCertificate, clientCredentials, onBehalfOf, deviceCode, externalIdAndB2c]);
