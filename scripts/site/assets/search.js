const input = document.querySelector('.search input');
const list = document.querySelector('.search ol');
const MOST = 12;

function find(words) {
  return window.SECTIONS.map((section) => ({ section, weight: weigh(section, words) }))
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, MOST)
    .map(({ section }) => section);
}

/** 0 unless every word is there; a word in a heading counts more. */
function weigh({ page, heading, text }, words) {
  const [high, low] = [`${page} ${heading}`.toLowerCase(), text.toLowerCase()];
  const weights = words.map((word) => (high.includes(word) ? 10 : Number(low.includes(word))));
  return weights.includes(0) ? 0 : weights.reduce((sum, weight) => sum + weight, 0);
}

/** The text around the first word that is found in it. */
function excerpt(text, words) {
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((at) => at >= 0);
  const found = Math.max(0, Math.min(...places, text.length) - 30);
  const start = places.length === 0 || found === 0 ? 0 : text.indexOf(' ', found) + 1;
  const shown = text.slice(start, start + 110);
  const end = start + 110 < text.length ? `${shown.replace(/\s+\S*$/, '')} …` : shown;
  return start === 0 ? end : `… ${end}`;
}

function entry({ url, page, heading, text }, words) {
  const link = Object.assign(document.createElement('a'), { href: url, textContent: heading });
  const about = document.createElement('small');
  about.textContent = `${page} · ${excerpt(text, words)}`;
  link.append(about);
  const item = document.createElement('li');
  item.append(link);
  return item;
}

function nothing() {
  return Object.assign(document.createElement('li'), { textContent: 'Nothing is found.' });
}

function show() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length === 0 ? [] : find(words).map((section) => entry(section, words));
  list.replaceChildren(...(found.length === 0 ? [nothing()] : found));
  list.hidden = words.length === 0;
}

function hide() {
  list.hidden = true;
}

input.addEventListener('input', show);
input.addEventListener('focus', show);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') hide();
  if (event.key === 'Enter' && event.target === input) list.querySelector('a')?.click();
  if (event.key !== '/' || event.target === input) return;
  event.preventDefault();
  input.focus();
});
document.addEventListener('click', (event) => {
  if (!event.target.closest('.search') || event.target.closest('a')) hide();
});

// On a phone the list of pages would come before every page.
const pages = document.querySelector('nav details');
const narrow = window.matchMedia('(max-width: 52rem)');
const fold = () => pages.toggleAttribute('open', !narrow.matches);
narrow.addEventListener('change', fold);
fold();
