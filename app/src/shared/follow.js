(() => {
  const at = (id) => document.getElementById(id);
  const page = at("shared"), words = at("live"), path = location.pathname.replace(/\/+$/, "");
  let asOf = words.dataset.at, seen = Date.now(), tried, state = page.dataset.state, source, isOver;
  const tell = (mark, text) => { words.dataset.live = mark; words.textContent = text; };
  const live = (now) => { asOf = now; seen = Date.now(); tell("yes", `Live · updated ${now} UTC`); };
  const end = () => { isOver = true; source.close(); tell("no", `This link has ended. What you see is from ${asOf} UTC.`); };
  const on = (name, hear) => source.addEventListener(name, (event) => hear(JSON.parse(event.data)));
  const follow = () => {
    source?.close();
    tried = Date.now();
    source = new EventSource(path + "/events");
    on("page", (news) => {
      const read = page.querySelector(".log")?.scrollTop;
      page.innerHTML = news.html;
      if (read) page.querySelector(".log").scrollTop = read;
      document.title = news.title;
      at("icon").href = news.icon;
      if (state !== news.state) at("say").textContent = news.title;
      state = news.state;
      live(news.now);
    });
    on("ping", (news) => live(news.now));
    on("ended", end);
    source.onerror = () => { if (source.readyState === 2 && !isOver) again(); };
  };
  // An event source does not say why it was refused.
  const again = () => fetch(path, { method: "HEAD" }).then((answer) => answer.status === 404, () => false)
    .then((isGone) => isGone ? end() : setTimeout(follow, 1e4));
  // A line may fall silent without being cut, and then nobody says that it has to be tried anew.
  setInterval(() => {
    const isSilentSince = (moment) => Date.now() - moment > 3e4;
    if (isOver || !isSilentSince(seen)) return;
    tell("no", `Not live. As of ${asOf} UTC`);
    if (isSilentSince(tried)) follow();
  }, 1e3);
  follow();
})();
