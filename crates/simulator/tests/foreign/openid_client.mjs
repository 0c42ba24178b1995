// openid-client, certified by the OpenID Foundation: it checks signatures, issuer, audience, nonce and PKCE itself.
import * as client from "openid-client";
import { check, CONTOSO, CUSTOMERS, ENTRA_CLIENT, REDIRECT, run, SECRET, signIn } from "./simulator.mjs";

async function whole(server, id, scope, authentication) {
  const config = await client.discovery(new URL(server), id, undefined, authentication);
  const verifier = client.randomPKCECodeVerifier();
  const nonce = client.randomNonce();
  const state = client.randomState();
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope,
    nonce,
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const callback = await signIn(address);
  const tokens = await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state, idTokenExpected: true });
  return { config, tokens, claims: tokens.claims() };
}

async function plainProvider() {
  for (const authentication of [client.ClientSecretBasic(SECRET), client.ClientSecretPost(SECRET)]) {
    const scope = "openid profile email offline_access";
    const { config, tokens, claims } = await whole("https://openid.contoso.com", "contoso-gate", scope, authentication);
    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    check(info.name === "Ada Lovelace" && info.email_verified, info);
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
    check(refreshed.access_token, refreshed);
    const end = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: "http://localhost:5000/", state: "s" });
    const answer = await fetch(end, { redirect: "manual" });
    check(answer.headers.get("location") === "http://localhost:5000/?state=s", answer.headers.get("location"));
  }
}

async function entraId() {
  const server = `https://login.microsoftonline.com/${CONTOSO}/v2.0`;
  const scope = "openid profile offline_access User.Read";
  const { config, tokens, claims } = await whole(server, ENTRA_CLIENT, scope, client.ClientSecretPost(SECRET));
  check(claims.tid === CONTOSO && claims.name === "Ada Lovelace", claims);
  check((await client.refreshTokenGrant(config, tokens.refresh_token)).access_token, "no refresh");
  const own = await client.clientCredentialsGrant(config, { scope: "api://orders/.default" });
  check(own.access_token && !own.id_token, own);
}

async function externalIdUnderItsGuid() {
  const server = `https://${CUSTOMERS}.ciamlogin.com/${CUSTOMERS}/v2.0`;
  const id = "4f2a7c1e-9b3d-4a58-8e60-1d2c3b4a5f67";
  const { claims } = await whole(server, id, "openid profile User.Read", client.ClientSecretPost(SECRET));
  check(claims.tid === CUSTOMERS, claims);
}

await run("openid-client", [plainProvider, entraId, externalIdUnderItsGuid]);
