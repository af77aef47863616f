// One event stream for all the tabs of a browser, and none for a hidden tab.
//
// A browser opens six connections to a server. If each tab held
// a connection, every page and every run would soon hang. So the visible tabs share: a Web Lock
// elects the tab that opens the stream, and that tab passes each message on
// through a BroadcastChannel. A tab that is hidden leaves.

const RETRY_MS = [500, 1000, 2000, 4000, 8000];
/** A tab that joins sends this, to get the messages with which a new stream begins. */
const ANEW = 'anew';

/**
 * Calls `tell` with the messages of the event stream at `path`, for as long as
 * the tab is visible: `{ opened: true }`, `{ lost: true }`, and `{ name, data }`
 * for the events in `names`. `address` returns the stream's address, and `renew`
 * is awaited before a lost stream is opened again.
 */
export function follow(path, names, { address, renew, tell }) {
  const shares = 'locks' in navigator && 'BroadcastChannel' in window;
  const enter = shares ? join : alone;
  let leave = null;
  const look = () => {
    if (document.hidden) away();
    else leave ??= enter();
  };
  const away = () => {
    leave?.();
    leave = null;
  };

  function alone() {
    return connect(names, { address, renew, tell }).close;
  }
  function join() {
    const name = `course ${path}`;
    const channel = new BroadcastChannel(name);
    const gone = new AbortController();
    let stream = null;
    channel.onmessage = ({ data }) => {
      if (data !== ANEW) tell(data);
      else stream?.renew();
    };
    const lead = () => new Promise((resolve) => {
      const toAll = (message) => {
        tell(message);
        channel.postMessage(message);
      };
      const end = () => {
        stream?.close();
        resolve();
      };
      if (gone.signal.aborted) return end();
      stream = connect(names, { address, renew, tell: toAll });
      gone.signal.addEventListener('abort', end);
    });
    navigator.locks.request(name, { signal: gone.signal }, lead).catch((error) => {
      if (error.name !== 'AbortError') throw error; // it left before its turn came
    });
    channel.postMessage(ANEW);
    return () => {
      gone.abort();
      channel.close();
    };
  }

  document.addEventListener('visibilitychange', look);
  addEventListener('pagehide', away);
  addEventListener('pageshow', look);
  look();
}

// A stream that opens itself again when it is lost.
function connect(names, { address, renew, tell }) {
  let source = null;
  let failures = 0;
  let retry = null;
  let closed = false;

  function open() {
    if (closed) return;
    clearTimeout(retry);
    source?.close();
    source = new EventSource(address());
    source.onopen = () => {
      failures = 0;
      tell({ opened: true });
    };
    source.onerror = () => {
      source.close();
      tell({ lost: true });
      retry = setTimeout(() => renew().then(open), RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
      failures += 1;
    };
    for (const name of names) {
      source.addEventListener(name, (event) => tell({ name, data: JSON.parse(event.data || 'null') }));
    }
  }
  open();
  return {
    // A stream that is just connecting begins anew anyway.
    renew: () => source.readyState !== EventSource.CONNECTING && open(),
    close: () => {
      closed = true;
      clearTimeout(retry);
      source.close();
    },
  };
}
