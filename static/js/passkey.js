// allauth tells of a key that failed or was waved away by an event; without this nobody would see it.
document.addEventListener("allauth.error", (event) => {
  const note = document.getElementById("passkey-problem");
  if (note) {
    event.preventDefault();
    note.hidden = false;
  }
});
