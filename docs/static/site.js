// Code and tables that are wider than the page can be scrolled by keyboard.
function makeScrollable() {
  for (const box of document.querySelectorAll("pre, .table-wrapper, .diagram-box")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
addEventListener("load", makeScrollable);
addEventListener("resize", makeScrollable);
