/* A figure that is wider than its place can be reached with the keyboard, and then scrolled. The
   theme does the same for code. */
const reach = new ResizeObserver(changes => {
  for (const { target } of changes) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll(".bd-article figure").forEach(figure => reach.observe(figure));
