// MOST is a constant of keeper.py, which writes it before this.
export default function({parentElement, data, setStateValue}) {
  const own = parentElement.querySelector('.keeper');
  // One listener a call: the last call's clean-up is not to take away the next one's.
  // oxlint-disable-next-line unicorn/consistent-function-scoping
  const ask = (event) => {
    event.preventDefault();
    event.returnValue = true;  // for browsers from before 2024
  };
  if (data.warns) addEventListener('beforeunload', ask);
  const said = JSON.stringify(data);
  if (data.name && said !== own.said) act(data, (answer) => setStateValue('answer', answer));
  own.said = said;  // this runs again with every run of the page
  return () => removeEventListener('beforeunload', ask);
}

async function act({find, name, tab, text}, tell) {
  const place = tab ? ofTab : ofBrowser;
  try {
    if (find) tell({name, text: await place.get(name) ?? ''});
    else if (text) await place.put(name, text);
    else await place.drop(name);
  } catch {  // storage may be full, or forbidden
    tell(find ? {name, text: ''} : {refused: name});
  }
}

const ofTab = {
  get: (name) => sessionStorage.getItem(`branched ${name}`),
  put: (name, text) => sessionStorage.setItem(`branched ${name}`, text),
  drop: (name) => sessionStorage.removeItem(`branched ${name}`),
};

const ofBrowser = {
  get: async (name) => (await shelf('readonly', (texts) => texts.get(name)))?.text,
  put: (name, text) => shelf('readwrite', (texts) => {
    texts.put({name, text, when: Date.now()});
    texts.getAll().onsuccess = ({target}) => outlived(target.result).forEach((old) => texts.delete(old.name));
  }),
  drop: (name) => shelf('readwrite', (texts) => texts.delete(name)),
};

function outlived(texts) {  // those that have to go for the latest
  texts.sort((one, other) => other.when - one.when);  // in place: toSorted is too new for some tablets
  return texts.slice(MOST);
}

async function shelf(mode, use) {
  const database = await opened();
  try {
    return await new Promise((done, fail) => {
      const passage = database.transaction('texts', mode), request = use(passage.objectStore('texts'));
      passage.oncomplete = () => done(request?.result);
      passage.onerror = passage.onabort = () => fail(passage.error);
    });
  } finally {
    database.close();
  }
}

function opened() {
  return new Promise((done, fail) => {
    const request = indexedDB.open('branched', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('texts', {keyPath: 'name'});
    request.onsuccess = () => done(request.result);
    request.onerror = request.onblocked = () => fail(request.error);
  });
}
