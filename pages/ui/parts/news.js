export default function({data, setTriggerValue}) {
  const leaving = new AbortController();
  listen(data, leaving.signal, (version) => setTriggerValue('heard', version));
  return () => leaving.abort();
}

// Until there is something new: then the page runs again, and this with it.
async function listen(data, signal, tell) {
  const latest = await asked(data, signal);
  if (signal.aborted) return;
  if (latest === data.version) listen(data, signal, tell);
  else tell(latest);
}

async function asked({code, version}, signal) {
  try {
    const answer = await fetch(`news/${code}?since=${version}`, {signal, cache: 'no-store'});
    return (await answer.json()).version;
  } catch {  // the server is busy, or gone for a moment
    await new Promise((done) => { setTimeout(done, 3000); });
    return version;
  }
}
