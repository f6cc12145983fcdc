// The half-view: a web page over half of the chat, from the consent screen to the continue URL.
//
// The page inside never talks to this one. That it is over is in the journal, like everything else.

const dialog = document.getElementById("half-view");
const frame = dialog.querySelector("iframe");
const outside = dialog.querySelector("a");
let shown = null; // the journal's entry that is on display

/** Opens what an entry of the kind `halfView` tells of. */
export function openHalfView(entry) {
  shown = entry;
  outside.href = entry.url;
  frame.src = entry.url;
  if (!dialog.open) dialog.showModal();
}

/** The journal says that this turn's half-view is over. */
export function closeHalfView(turn) {
  if (shown?.turn === turn) leave();
}

function leave() {
  shown = null;
  frame.removeAttribute("src");
  dialog.close();
}

// Closed by hand: Escape, or the button.
dialog.addEventListener("close", () => {
  if (shown) fetch(`/room/half-views/${shown.turn}/close`, { method: "POST" }).catch(() => {});
  shown = null;
  frame.removeAttribute("src");
});
dialog.querySelector("button").addEventListener("click", () => dialog.close());
outside.addEventListener("click", leave); // it goes on in a window of its own

// Completion as a document (`{"complete":…}`) instead of a redirect: whoever shows the page goes on by it.
frame.addEventListener("load", () => {
  const page = frame.contentDocument; // null if it is somebody else's
  if (!shown || page?.contentType !== "application/json") return;
  let told;
  try {
    told = JSON.parse(page.querySelector("pre")?.textContent ?? page.body.textContent);
  } catch {
    return;
  }
  if (typeof told?.complete !== "boolean") return;
  const next = new URL(new URL(shown.url, location).searchParams.get("continue"));
  next.searchParams.set("complete", told.complete);
  if (typeof told.user_match_url === "string") next.searchParams.set("user_match_url", told.user_match_url);
  frame.src = next;
});
