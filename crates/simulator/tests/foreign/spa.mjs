// A single page application with MSAL Browser, in Chromium behind the simulator's proxy.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSocket } from "node:net";
import { check, order, run } from "./simulator.mjs";

const local = (path) => readFileSync(new URL(path, import.meta.url));
const library = local("node_modules/@azure/msal-browser/lib/msal-browser.min.js");
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function freePort() {
  return new Promise((resolve) => {
    const socket = createSocket().listen(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

const page = createServer((request, response) => {
  const script = request.url === "/msal-browser.js";
  response.setHeader("content-type", script ? "text/javascript" : "text/html");
  response.end(script ? library : local("spa.html"));
});
await new Promise((resolve) => page.listen(0, "127.0.0.1", resolve));
const origin = `http://localhost:${page.address().port}`;
const port = await freePort();
const driver = spawn("chromedriver", [`--port=${port}`], { stdio: "ignore" });

async function command(method, path, body) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  check(answer.ok, value);
  return value;
}

async function open() {
  for (let tries = 0; ; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/status`);
      break;
    } catch (error) {
      if (tries > 100) throw error;
      await pause(100);
    }
  }
  const args = ["--headless=new", "--no-sandbox", "--disable-gpu", `--proxy-server=${process.env.HTTPS_PROXY}`, "--proxy-bypass-list=localhost;127.0.0.1"];
  // The authority is not in Chromium's store; the other clients check the certificates.
  const alwaysMatch = { acceptInsecureCerts: true, "goog:chromeOptions": { args } };
  const { sessionId } = await command("POST", "/session", { capabilities: { alwaysMatch } });
  return `/session/${sessionId}`;
}

async function element(session, css) {
  for (let tries = 0; tries < 100; tries++) {
    const found = await command("POST", `${session}/elements`, { using: "css selector", value: css });
    if (found.length) return `${session}/element/${Object.values(found[0])[0]}`;
    await pause(100);
  }
  throw new Error(`no ${css}: ${await command("GET", `${session}/source`)}`);
}

async function reads(session, expected) {
  let text;
  for (let tries = 0; tries < 100; tries++) {
    try {
      text = await command("GET", `${await element(session, "#state")}/text`);
    } catch {
      // The page has changed between two commands.
    }
    if (text === expected) return;
    await pause(100);
  }
  throw new Error(`the page says: ${text}`);
}

let session;

async function signInByRedirectTokenForGraphAndSilentRefresh() {
  await order("/client", { id: "single-page", public: true, redirect_uris: [], spa_redirect_uris: [`${origin}/`] });
  session = await open();
  await command("POST", `${session}/url`, { url: `${origin}/` });
  await command("POST", `${await element(session, 'button[value="ada"]')}/click`, {});
  await reads(session, "Welcome Ada Lovelace");
}

async function signOut() {
  await command("POST", `${await element(session, "#out")}/click`, {});
  await reads(session, "signed out");
}

try {
  await run("MSAL Browser", [signInByRedirectTokenForGraphAndSilentRefresh, signOut]);
} finally {
  if (session) await command("DELETE", session);
  driver.kill();
  page.close();
}
