// The person at the browser, and the portal where applications are registered.

export const SECRET = "sim8Q~this-secret-opens-nothing.but_the~simulator";
export const CONTOSO = "3aa4b1d2-5c3e-4f6a-8b7c-9d0e1f2a3b4c";
export const CUSTOMERS = "c1a3e0b2-6f4d-4e58-9a7b-0c1d2e3f4a5b";
export const ENTRA_CLIENT = "6731de76-14a6-49ae-97bc-6eba6914391e";
export const REDIRECT = "http://localhost:5000/redirect";

export function check(condition, what) {
  if (!condition) throw new Error(typeof what === "string" ? what : JSON.stringify(what));
}

export async function order(path, body = {}) {
  const answer = await fetch(`${process.env.SIMULATOR}/control${path}`, { method: "POST", body: JSON.stringify(body) });
  check(answer.ok, await answer.clone().text());
  return answer.json();
}

const unescaped = (text) =>
  text.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&#x2F;", "/").replaceAll("&#39;", "'").replaceAll("&amp;", "&");

function form(page, fields) {
  const all = new URLSearchParams(fields);
  for (const [, name, value] of page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    all.append(unescaped(name), unescaped(value));
  }
  return all;
}

/** Opens an address, sends the forms of the pages, and returns the address at which the application is called back. */
export async function signIn(address, person = "ada") {
  const cookies = [];
  const send = async (url, body) => {
    const answer = await fetch(url, { method: body ? "POST" : "GET", body, redirect: "manual", headers: { cookie: cookies.join("; ") } });
    cookies.push(...answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]));
    return answer;
  };
  let answer = await send(address);
  for (const fields of [{ person }, { consent: "accept" }, {}]) {
    const location = answer.headers.get("location");
    if (location) return new URL(location);
    const page = await answer.text();
    const action = new URL(unescaped(page.match(/action="([^"]*)"/)[1]), address);
    answer = await send(action, form(page, fields));
  }
  const location = answer.headers.get("location");
  check(location, `no answer of the authority: ${await answer.text()}`);
  return new URL(location);
}

/** The pages on which a person enters the code of a device. */
export async function approve(page, code, person = "ada") {
  await fetch(page, { method: "POST", body: new URLSearchParams({ otc: code }) });
  await fetch(page, { method: "POST", body: new URLSearchParams({ otc: code, person }) });
}

export async function run(client, steps) {
  for (const step of steps) {
    await step();
    console.log(`  ${client}:`, step.name.replace(/([A-Z])/g, " $1").toLowerCase());
  }
}
