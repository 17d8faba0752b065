export default function({data, setTriggerValue}) {
  const leaving = new AbortController();
  listen(data, leaving.signal, (version) => setTriggerValue('heard', version));
  return () => leaving.abort();
}

async function listen({code, version}, signal, tell) {
  while (!signal.aborted) {
    try {
      const answer = await fetch(`news/${code}?since=${version}`, {signal, cache: 'no-store'});
      const {version: latest} = await answer.json();
      if (latest !== version) {
        tell(latest);
        return;  // the page runs again, and this with it
      }
    } catch {  // the server is busy, or gone for a moment
      if (!signal.aborted) await new Promise((done) => setTimeout(done, 3000));
    }
  }
}
