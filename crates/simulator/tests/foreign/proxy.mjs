// What NODE_USE_ENV_PROXY=1 does in newer versions of Node.js: fetch goes through HTTPS_PROXY.
import { EnvHttpProxyAgent, fetch, setGlobalDispatcher } from "undici";

setGlobalDispatcher(new EnvHttpProxyAgent());
globalThis.fetch = fetch;
