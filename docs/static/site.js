// Code and tables that are wider than the page can be scrolled by keyboard.
function makeScrollable() {
  for (const box of document.querySelectorAll("pre, .table-wrapper, .diagram-box")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
addEventListener("load", makeScrollable);
addEventListener("resize", makeScrollable);

// In the titles of icons, Sphinx cannot highlight the words of a search: it raises an error.
function leaveOutTitles() {
  for (const title of document.querySelectorAll("svg title")) title.classList.add("nohighlight");
}
addEventListener("DOMContentLoaded", leaveOutTitles, true); // before Sphinx does it
