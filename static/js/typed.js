// Saves drafts while a person types, in forms with data-autosave. Without this file the buttons save, and the portal
// keeps what a refused post says (core/kept.py).
const PAUSE = 3000, AGAIN = 15000;

const watch = (form) => {
  const note = form.querySelector("[data-saved]"), sequence = form.elements._sequence;
  let changes = 0, saved = 0, last = "", timer, sent = false;

  const say = (text) => { if (note) note.textContent = text.replace("{time}", last); };
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };
  const save = async (leaving) => {
    clearTimeout(timer);
    if (sent || changes === saved) return;
    const now = changes;
    sequence.value = Number(sequence.value) + 1;
    const body = new FormData(form);
    body.set("_path", form.getAttribute("action") || location.pathname);
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, keepalive: leaving === true });
      if (!answer.ok) throw new Error(answer.status);
      saved = Math.max(saved, now);
      last = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      if (saved === changes) say(note.dataset.saved);
    } catch {
      if (now <= saved) return; // newer text has been saved since
      say(last ? note.dataset.failed : note.dataset.never);
      later(AGAIN);
    }
  };

  form.addEventListener("input", () => {
    changes += 1;
    sent = false; // the person stopped the browser, or came back
    later(PAUSE);
  });
  form.addEventListener("submit", () => { sent = true; });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("online", () => save());
  addEventListener("pagehide", () => save(true));
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
  addEventListener("beforeunload", (event) => { if (!sent && changes !== saved) event.preventDefault(); });
};

for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
