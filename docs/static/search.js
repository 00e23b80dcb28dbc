// As shipped, the search finds only pages that have all words, and no section by its heading. But
// questions have words that no page has. So headings with the rare words of a question come first,
// and if no page has all words, those that have most of them are found.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return; // not the page that searches
  const MOST = 8; // of headings, and of pages that lack a word
  const byScore = (one, other) => other[4] - one[4];
  const findPages = Search.performTermsSearch;

  Search.performTermsSearch = (words, excluded) => {
    const { docnames, filenames, titles, alltitles } = Search._index;
    const stemmer = new Stemmer();
    const pagesOf = new Map([...words].map((word) => [word, findPages(new Set([word]), excluded)]));
    const weights = new Map();
    for (const [word, pages] of pagesOf)
      if (pages.length) weights.set(word, Math.log(1 + titles.length / pages.length));
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    const share = (found) => found.reduce((sum, word) => sum + weights.get(word), 0) / total;

    let headings = [];
    for (const [heading, places] of Object.entries(alltitles)) {
      const stems = new Set(splitQuery(heading.toLowerCase()).map((word) => stemmer.stemWord(word)));
      const found = share([...weights.keys()].filter((word) => stems.has(word)));
      if (found < 0.3) continue;
      for (const [file, id] of places) {
        const title = id ? `${titles[file]} > ${heading}` : heading;
        const anchor = id ? `#${id}` : "";
        const score = Scorer.title * found;
        headings.push([docnames[file], title, anchor, null, score, filenames[file], "title"]);
      }
    }

    headings = headings.sort(byScore).slice(0, MOST);

    let pages = findPages(words, excluded);
    if (!pages.length) {
      const wordsOf = new Map();
      for (const word of weights.keys())
        for (const page of pagesOf.get(word)) {
          const [name] = page;
          if (!wordsOf.has(name)) wordsOf.set(name, { page, found: [] });
          wordsOf.get(name).found.push(word);
        }
      pages = [...wordsOf.values()].map(({ page, found }) => page.with(4, Scorer.term * share(found)));
      pages = pages.sort(byScore).slice(0, MOST);
    }
    return [...headings, ...pages];
  };
});
