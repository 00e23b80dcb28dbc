// As shipped, the search finds only pages that have all words, and no section by its heading. But
// questions have words that no page has. So this one weighs words: a rare one counts more, one in a
// heading or in an entry of the index more than one in the text, and one in a long page less.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return; // not the page that searches
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false; // a browser lets no page read another file
  const MOST = 20; // results
  const TEXT = 0.35; // what a word in the text counts, beside one in a heading
  const findPages = Search.performTermsSearch;
  const summarize = Search.makeSearchSummary;
  // There is nothing to show of a section that only lists pages, and Sphinx expects something.
  Search.makeSearchSummary = (...values) => summarize(...values) ?? document.createElement("p");
  const listed = (files) => (files === undefined ? [] : Array.isArray(files) ? files : [files]);

  Search.performTermsSearch = (words, excluded) => {
    const { docnames, filenames, titles, alltitles, indexentries, terms, titleterms } = Search._index;
    const stemmer = new Stemmer();
    const lengths = titles.map(() => 0);
    for (const files of Object.values(terms)) for (const file of listed(files)) lengths[file]++;
    const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    const nameOf = new Map(docnames.map((name, file) => [name, file]));

    const weights = new Map();
    const texts = titles.map(() => 0);
    for (const word of words) {
      let found = [...new Set([...listed(terms[word]), ...listed(titleterms[word])])];
      if (!found.length) found = findPages(new Set([word]), new Set()).map(([name]) => nameOf.get(name));
      if (!found.length) continue;
      weights.set(word, Math.log(1 + (titles.length - found.length + 0.5) / (found.length + 0.5)));
      for (const file of found) texts[file] += weights.get(word) / (0.6 + (0.4 * lengths[file]) / average);
    }
    const refused = new Set([...excluded].flatMap((word) => listed(terms[word])));

    const results = [];
    const add = (file, phrase, id, isEntry) => {
      const stems = new Set(splitQuery(phrase.toLowerCase()).map((word) => stemmer.stemWord(word)));
      let found = 0;
      for (const [word, weight] of weights) if (stems.has(word)) found += weight;
      if (!found || refused.has(file)) return;
      const title = id && phrase !== titles[file] && !isEntry ? `${titles[file]} > ${phrase}` : titles[file];
      const description = isEntry ? phrase : null; // else Sphinx shows text from below the anchor
      const score = found / (0.7 + 0.06 * stems.size) + TEXT * texts[file];
      results.push([docnames[file], title, id ? `#${id}` : "", description, score, filenames[file], "title"]);
    };
    for (const [heading, places] of Object.entries(alltitles))
      for (const [file, id] of places) add(file, heading, id);
    for (const [entry, places] of Object.entries(indexentries))
      for (const [file, id] of places) add(file, entry, id, true);
    texts.forEach((text, file) => {
      if (text && !refused.has(file))
        results.push([docnames[file], titles[file], "", null, TEXT * text, filenames[file], "text"]);
    });
    const places = new Set();
    const isNew = ([name, , anchor]) => !places.has(name + anchor) && places.add(name + anchor);
    return results.sort((one, other) => other[4] - one[4]).filter(isNew).slice(0, MOST);
  };
});
