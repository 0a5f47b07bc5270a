// Lists that htmx exchanges in place: what no attribute can say. Without this file they narrow all the same.
const failed = (shown) => {
  for (const note of document.querySelectorAll("[data-list-failed]")) note.hidden = !shown;
};
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => failed(true));
}
document.addEventListener("htmx:beforeSend", () => failed(false));

// Whoever pressed a link that is gone, such as a page of the list, goes on from the list's heading.
let held = null;
document.addEventListener("htmx:beforeSwap", () => {
  held = document.activeElement;
});
document.addEventListener("htmx:afterSettle", () => {
  const heading = document.getElementById("list");
  if (heading && held && !held.isConnected && document.activeElement === document.body) {
    heading.tabIndex = -1;
    heading.focus();
  }
  held = null;
});

// The same page in another language shows the same part of the list.
document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("a[hreflang]")) link.search = location.search;
});
