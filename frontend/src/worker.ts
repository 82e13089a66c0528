/**
 * The service worker: when the server cannot be reached, a page of ours says so instead of the
 * browser's. Nothing else is kept, and nothing else passes through it.
 */
interface Worker {
  readonly registration: { readonly scope: string };
  addEventListener(type: "install" | "message", listener: (event: Lifetime) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
  skipWaiting(): Promise<void>;
}

interface Lifetime {
  waitUntil(done: Promise<unknown>): void;
}

interface Fetched {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const worker = self as unknown as Worker;

/** Workers of other mounts at the same origin have their own. */
const CACHE = `tornterm-offline:${worker.registration.scope}`;
const OFFLINE = new URL("offline", worker.registration.scope).href;

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.add(new Request(OFFLINE, { cache: "reload" }));
}

worker.addEventListener("install", (event) => event.waitUntil(keep().then(() => worker.skipWaiting())));

/** The page says that it speaks another language from here on. */
worker.addEventListener("message", (event) => event.waitUntil(keep()));

worker.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  const offline = async (error: unknown) => {
    const kept = await caches.match(OFFLINE);
    if (!kept) throw error;
    return kept;
  };
  event.respondWith(fetch(event.request).catch(offline));
});
