// Old syntax on purpose: a device too old for the app is to be told so, too.
(function () {
  var PATIENCE = 10000, ENOUGH = 1;  // milliseconds; megabits a second that one device needs
  var all = true, left = 4;

  function told(key, good, value) {
    var line = document.getElementById(key);
    if (line.dataset.state !== 'wait') return;
    line.dataset.state = good ? 'good' : 'bad';
    line.textContent = line.dataset[good ? 'good' : 'bad'].replace('{value}', value || '');
    all = all && good;
    left -= 1;
    if (!left) document.getElementById('all').textContent = document.getElementById('verdicts').dataset[all ? 'good' : 'bad'];
  }

  function modern() {
    try {
      return CSS.supports('selector(:has(a))') && typeof structuredClone === 'function' && 'noModule' in HTMLScriptElement.prototype;
    } catch {
      return false;
    }
  }

  function socket() {
    try {
      var url = new URL('_stcore/stream', location.href), line;
      url.protocol = url.protocol.replace('http', 'ws');
      line = new WebSocket(url, ['streamlit']);
      line.onopen = function () { told('socket', true); line.close(); };
      line.onerror = function () { told('socket', false); };
      setTimeout(function () { told('socket', false); }, PATIENCE);
    } catch {
      told('socket', false);
    }
  }

  function storage() {
    try {
      sessionStorage.setItem('branched check', '1');
      sessionStorage.removeItem('branched check');
      document.cookie = 'branched_check=1; SameSite=Lax; max-age=5';
      told('storage', /branched_check/.test(document.cookie) && Boolean(window.indexedDB));
    } catch {
      told('storage', false);
    }
  }

  function speed() {
    var began, asked = new XMLHttpRequest();
    asked.open('GET', 'check.bin?' + Math.random());
    asked.responseType = 'arraybuffer';
    asked.timeout = PATIENCE;
    asked.onreadystatechange = function () { if (asked.readyState === 2) began = Date.now(); };
    asked.onload = function () {
      var megabits = asked.response.byteLength * 8 / 1000 / Math.max(1, Date.now() - began);
      told('speed', asked.status === 200 && megabits >= ENOUGH, megabits >= 100 ? '> 100' : megabits.toFixed(megabits < 10 ? 1 : 0));
    };
    asked.onerror = asked.ontimeout = function () { told('speed', false, '0'); };
    asked.send();
  }

  told('browser', modern());
  socket();
  storage();
  speed();
})();
