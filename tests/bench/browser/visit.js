// Stands in the page's head while `cargo xtask bench` measures visits: says how many seconds after the navigation began
// a photo could be dropped, the first map was drawn, and all work was done.

(() => {
  const moments = [];
  const reach = (place) => (moments[place] ??= performance.now() / 1000);
  const look = () => {
    const app = document.getElementById('app');
    if (!app) return;
    reach(0);
    if (!app.dataset.method) return;
    reach(1);
    if (app.dataset.state !== 'ready') return;
    reach(2);
    observer.disconnect();
    fetch('bench/visit', { method: 'POST', body: moments.join(' ') });
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['id', 'data-state', 'data-method'] });
})();
