// Filters, opens what a link leads to, copies. The page can be read without.
'use strict';
document.documentElement.classList.add('js');

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const search = document.getElementById('search');

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const verdicts = new Set(all('.chip[aria-pressed=true]').map(chip => chip.dataset.verdict));
  const differing = all('.differ[aria-pressed=true]').length > 0;
  const rows = all('.requirement');
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = (differing && row.classList.contains('same')) || !verdicts.has(row.dataset.verdict) || !words.every(word => text.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  for (const group of all('.group')) {
    const inside = all('.requirement', group);
    group.hidden = inside.length > 0 && inside.every(row => row.hidden);
  }
  document.getElementById('shown').value = shown === rows.length ? '' : `${shown} of ${rows.length}`;
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let element = target; element; element = element.parentElement) {
    element.hidden = false;
    if (element instanceof HTMLDetailsElement) element.open = true;
  }
  target.scrollIntoView();
}

if (search) {
  search.addEventListener('input', filter);
  document.addEventListener('keydown', event => {
    if (event.key === '/' && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
}
for (const chip of all('.chip, .differ')) {
  chip.addEventListener('click', () => {
    chip.setAttribute('aria-pressed', chip.getAttribute('aria-pressed') !== 'true');
    filter();
  });
}
for (const button of all('.copy')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = 'copied';
    setTimeout(() => { button.textContent = 'copy'; }, 1500);
  });
}
addEventListener('hashchange', openTarget);
openTarget();
