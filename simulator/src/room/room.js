// Draws the journal of `kakao dev` as a chat, and posts what a person says or taps.
//
// Everything from outside becomes text nodes and attributes that were looked at; nothing is ever parsed as HTML.

import { closeHalfView, openHalfView } from "/room/half_view.js";

const $ = (id) => document.getElementById(id);
const EMPTY_HINT = "말을 걸어 보세요. 여러분의 봇이 답합니다.";
const HELLO = "안녕하세요";
const WAITING_TEXT = "잠시만 기다려 주세요…"; // a real block has its own default words
const AUTH_BLOCK = "65f0000000000000a07b10c0"; // payload.rs has it, too
const COLLAPSED = 500; // characters after which KakaoTalk hides the rest

/** Makes an element: h("p", { class: "x", onclick: f }, child, "text", null). */
function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value === "boolean") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child || child === 0));
  return element;
}

const text = (value) => (value === null || value === undefined ? "" : String(value));
const list = (value) => (Array.isArray(value) ? value : []);
const won = (value) => `${Number(value).toLocaleString("ko-KR")}원`;
const clock = (at) => new Date(at).toLocaleTimeString("ko-KR", { hour: "numeric", minute: "2-digit" });
const exact = (at) => new Date(at).toTimeString().slice(0, 8);

/** The address if it is one that a browser may open from here. */
function webAddress(value) {
  try {
    const url = new URL(value);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
const linkOf = (link) => link && webAddress(link.web ?? link.pc ?? link.mobile);

// ── state ────────────────────────────────────────────────────────────────────────────────────

const people = new Map(); // id -> { name, label, entries }
const texts = new Map(); // turn -> what was said
let current = null;

// ── saying something ─────────────────────────────────────────────────────────────────────────

async function say(message, tapped = {}) {
  const body = {
    person: current,
    skill: $("skill").value.trim() || "lunch",
    text: message,
    callback: $("callback").checked,
    devChannel: $("dev-channel").checked,
    ...tapped,
  };
  try {
    const response = await fetch("/room/say", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) return note(`보내지 못했어요 (${response.status})`, true);
    const entry = await response.json();
    // In this tab only: the others show a button.
    if (entry.kind === "halfView") openHalfView(entry);
  } catch {
    $("lost").hidden = false;
  }
}

/** What a tap does. `from`: CARD_BUTTON, LIST_ITEM or QUICKREPLY_BUTTON. */
function tap(button, from, spoken) {
  const action = text(button.action).toLowerCase();
  const extra = button.extra ?? undefined;
  if (action === "block") {
    say(text(button.messageText) || spoken, { blockId: text(button.blockId), extra, trigger: `${from}_BLOCK` });
  } else if (action === "message") {
    say(text(button.messageText) || spoken, { extra, trigger: `${from}_MESSAGE` });
  } else if (action === "share") {
    note("친구에게 이 말풍선을 공유하는 화면이 열려요. (흉내)");
  } else if (action === "operator") {
    note("상담원에게 이어져요. 상담이 끝나고 다시 말을 걸면 봇이 받아요. (흉내)");
  } else {
    note(`'${action}' 동작은 채널 채팅방에서 알려진 것이 아니에요.`, true);
  }
}

// ── components ───────────────────────────────────────────────────────────────────────────────

function picture(thumbnail, kind = "") {
  if (!thumbnail?.imageUrl) return null;
  const alt = text(thumbnail.altText);
  const source = webAddress(thumbnail.imageUrl);
  const missing = () => h("div", { class: `pic nopic ${kind}`, role: "img", "aria-label": alt || "사진" }, alt || "사진을 불러올 수 없어요");
  if (!source) return missing();
  const image = h("img", { class: `pic ${kind}`, src: source, alt, loading: "lazy", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.replaceWith(missing()), { once: true });
  const href = linkOf(thumbnail.link);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, image) : image;
}

function small(url, name) {
  const source = webAddress(url);
  if (!source) return null;
  const image = h("img", { class: name, src: source, alt: "", loading: "lazy", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.remove(), { once: true });
  return image;
}

const words = (title, description) =>
  text(title) || text(description)
    ? h("div", { class: "words" }, text(title) && h("h3", {}, text(title)), text(description) && h("p", {}, text(description)))
    : null;

function buttons(card, square = false) {
  const all = list(card.buttons);
  if (all.length === 0) return null;
  const side = card.buttonLayout ? card.buttonLayout === "horizontal" : square;
  const draw = (button) => {
    const label = text(button.label);
    if (button.action === "webLink") {
      const href = webAddress(button.webLinkUrl);
      return href
        ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label)
        : h("button", { type: "button", onclick: () => note("열 수 없는 주소예요.", true) }, label);
    }
    if (button.action === "phone") return h("a", { href: `tel:${text(button.phoneNumber).replace(/[^0-9+#*-]/g, "")}` }, label);
    return h("button", { type: "button", onclick: () => tap(button, "CARD_BUTTON", label) }, label);
  };
  return h("div", { class: side && all.length <= 2 ? "buttons side" : "buttons" }, all.map(draw));
}

const profile = (name, imageUrl) => (text(name) ? h("div", { class: "profile" }, small(imageUrl, ""), text(name)) : null);

function item(entry) {
  const inside = [
    h("span", {}, h("b", {}, text(entry.title)), text(entry.description) && h("small", {}, text(entry.description))),
    small(entry.imageUrl, "thumb"),
  ];
  const href = linkOf(entry.link);
  if (entry.action) return h("button", { type: "button", class: "item", onclick: () => tap(entry, "LIST_ITEM", text(entry.title)) }, inside);
  if (href) return h("a", { class: "item", href, target: "_blank", rel: "noopener noreferrer" }, inside);
  return h("div", { class: "item" }, inside);
}

function price(card) {
  const full = Number(card.price ?? 0);
  const reduced = card.discountedPrice ?? (card.discount ? full - Number(card.discount) : null);
  if (reduced === null) return h("div", { class: "price" }, h("strong", {}, won(full)));
  const off = card.discountRate ? `${card.discountRate}%` : card.discount ? `${won(card.discount)} 할인` : "";
  return h("div", { class: "price" }, h("strong", {}, won(reduced)), off && h("em", {}, off), h("s", {}, won(full)));
}

const facts = (rows, name) => h("dl", { class: name }, rows.flatMap((row) => [h("dt", {}, text(row.title)), h("dd", {}, text(row.description))]));

const CARDS = {
  textCard: (card) => [words(card.title, card.description), buttons(card)],
  basicCard: (card) => {
    const square = card.thumbnail?.fixedRatio === true;
    return [picture(card.thumbnail, square ? "square" : ""), profile(card.profile?.nickname, card.profile?.imageUrl), words(card.title, card.description), buttons(card, square)];
  },
  commerceCard: (card) => {
    const thumbnail = list(card.thumbnails)[0];
    const square = thumbnail?.fixedRatio === true;
    return [picture(thumbnail, square ? "square" : ""), profile(card.profile?.nickname, card.profile?.imageUrl), price(card), words(card.title, card.description), buttons(card, square)];
  },
  listCard: (card) => [
    text(card.header?.title) && h("div", { class: "head" }, text(card.header.title)),
    h("ul", { class: "list", role: "list" }, list(card.items).map((entry) => h("li", {}, item(entry)))),
    buttons(card),
  ],
  itemCard: (card) => {
    const { thumbnail, imageTitle, itemListSummary: sum } = card;
    const square = !thumbnail?.width || thumbnail.width === thumbnail.height;
    const right = card.itemListAlignment === "right" ? "right" : "";
    return [
      picture(thumbnail, square ? "square" : ""),
      text(card.head?.title) && h("div", { class: "head" }, text(card.head.title)),
      profile(card.profile?.title, card.profile?.imageUrl),
      imageTitle && item(imageTitle),
      list(card.itemList).length > 0 && facts(card.itemList, `facts ${right}`),
      sum && facts([sum], `facts sum ${right}`),
      words(card.title, card.description),
      buttons(card),
    ];
  },
};

const card = (kind, value, name = "card") => h("article", { class: name, "aria-label": text(value?.title ?? value?.header?.title ?? value?.head?.title) || "카드" }, (CARDS[kind]?.(value ?? {}) ?? []).filter(Boolean));

function longText(value) {
  const bubble = h("div", { class: "bubble" }, value);
  if (value.length > COLLAPSED) {
    bubble.textContent = `${value.slice(0, COLLAPSED)}…`;
    const more = h("button", { type: "button", class: "more", onclick: () => bubble.replaceChildren(value) }, "전체보기");
    bubble.append(more);
  }
  return bubble;
}

function carousel(value) {
  const cards = list(value.items).map((entry) => card(value.type, entry));
  const first = value.header
    ? [h("article", { class: "card" }, [picture(value.header.thumbnail), words(value.header.title, value.header.description)].filter(Boolean))]
    : [];
  return h("div", { class: "carousel", tabindex: "0", role: "group", "aria-label": `옆으로 넘기는 카드 ${cards.length}장` }, first, cards);
}

function component(output) {
  const [kind, value] = Object.entries(output ?? {})[0] ?? [];
  if (kind === "simpleText") return longText(text(value?.text));
  if (kind === "simpleImage") return picture(value, "free");
  if (kind === "carousel") return carousel(value ?? {});
  if (CARDS[kind]) return card(kind, value);
  return h("div", { class: "note" }, `채팅방이 모르는 말풍선이에요: ${text(kind)}`);
}

// ── the chat ─────────────────────────────────────────────────────────────────────────────────

const bot = () => h("span", { class: "face", "aria-hidden": "true" }, "봇");

function botRow(at, bubbles, wide = false) {
  const name = h("span", { class: "who" }, $("skill").value.trim() || "봇");
  return h("li", { class: "row" }, bot(), h("div", { class: wide ? "said wide" : "said" }, name, bubbles), h("time", { class: "time" }, clock(at)));
}

function answerRow(at, answer) {
  const outputs = list(answer?.template?.outputs);
  if (outputs.length === 0) return noteRow("말풍선이 하나도 없는 답이에요.");
  const wide = outputs.some((output) => output && "carousel" in output);
  return botRow(at, outputs.map(component).filter(Boolean), wide);
}

const noteRow = (words, bad) => h("li", { class: bad ? "note bad" : "note" }, words);

function note(words, bad = false) {
  $("lines").append(noteRow(words, bad));
  toEnd();
}

const SILENT = "카카오톡에서는 아무것도 보이지 않아요.";

function waitingRow(entry) {
  const dots = h("div", { class: "bubble typing", "aria-label": "답을 기다리는 중" }, h("i"), h("i"), h("i"));
  const row = botRow(entry.at, [dots]);
  row.dataset.turn = entry.turn;
  return row;
}

/** What an entry looks like in the chat; nothing if it is only for the log. */
function draw(entry) {
  if (entry.kind === "said") {
    const mine = h("li", { class: "row mine" }, h("time", { class: "time" }, clock(entry.at)), h("div", { class: "bubble" }, entry.text));
    return [mine, waitingRow(entry)];
  }
  if (entry.kind === "told") return [noteRow(`이벤트 ${text(entry.event)}`)];
  if (entry.kind === "answered") {
    switch (entry.outcome) {
      case "answered":
        return [answerRow(entry.at, entry.answer)];
      case "waiting": {
        const bubble = h("div", { class: "bubble waits" }, text(entry.answer?.data?.text) || WAITING_TEXT);
        return [botRow(entry.at, [bubble])];
      }
      case "silent":
        return [noteRow("값만 온 답이에요. 블록의 말풍선이 그 값을 보여 줘요.")];
      case "timeout":
        return [noteRow(`5초 안에 답이 없었어요. ${SILENT}`, true)];
      case "unreachable":
        return [noteRow(`스킬 서버에 닿지 못했어요. ${SILENT}`, true)];
      case "bad-status":
        return [noteRow(`스킬 서버가 ${entry.status}로 답했어요. ${SILENT}`, true)];
      default:
        return [noteRow(`답이 형식에 맞지 않아요. ${SILENT} 로그에 이유가 있어요.`, true)];
    }
  }
  if (entry.kind === "delivered") {
    return entry.outcome === "refused"
      ? [noteRow(`늦은 답이 거절됐어요: ${entry.result}`, true)]
      : [answerRow(entry.at, entry.answer)];
  }
  if (entry.kind === "halfView") {
    const open = h("button", { type: "button", onclick: () => openHalfView(entry) }, "열기");
    const row = h("li", { class: "note" }, "카카오싱크 화면이 열려요.", open);
    row.dataset.halfView = entry.turn;
    return [row];
  }
  if (entry.kind === "closed") {
    if (entry.how === "dismissed") return [noteRow("카카오싱크 화면을 닫았어요. 스킬은 불리지 않아요.")];
    if (entry.how === "failed") {
      const bubble = h("div", { class: "bubble waits" }, "회원가입을 완료하지 못했어요.");
      return [botRow(entry.at, [bubble]), noteRow("complete=false: 카카오가 스스로 하는 말이에요. 봇이 바꿀 수 없고 스킬은 불리지 않아요.", true)];
    }
    return [waitingRow(entry)];
  }
  if (entry.kind === "expired") return [noteRow("약속한 답이 1분 안에 오지 않았어요. 대기 안내만 남아 있어요.", true)];
  return [];
}

function quickReplies(entry) {
  if (entry.kind === "said" || entry.kind === "told") return [];
  const shown = entry.outcome === "answered" ? list(entry.answer?.template?.quickReplies) : [];
  return shown.map((reply) => {
    const label = text(reply.label);
    const go = () => {
      $("quick").replaceChildren(); // KakaoTalk takes them away with the first tap
      tap(reply, "QUICKREPLY_BUTTON", label);
      $("text").focus({ preventScroll: true });
    };
    return h("button", { type: "button", title: text(reply.messageText) || label, onclick: go }, label);
  });
}

let atEnd = true; // unless somebody is reading further up
function toEnd() {
  const box = $("scroll");
  box.scrollTop = box.scrollHeight;
  atEnd = true;
}
$("scroll").addEventListener("scroll", () => {
  const box = $("scroll");
  atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
});
// A picture that arrives makes the chat longer.
$("lines").addEventListener("load", () => atEnd && toEnd(), true);

function show(entry) {
  $("lines").querySelector(".empty")?.remove();
  if (entry.kind === "answered" || entry.kind === "halfView") $("lines").querySelector(`[data-turn="${CSS.escape(entry.turn)}"]`)?.remove();
  if (entry.kind === "closed") $("lines").querySelector(`[data-half-view="${CSS.escape(entry.turn)}"] button`)?.remove();
  $("lines").append(...draw(entry));
  $("quick").replaceChildren(...quickReplies(entry));
  toEnd();
}

/** Another person picks up the phone. */
function become(id) {
  current = id;
  sessionStorage.setItem("person", id);
  const { label, entries } = people.get(id);
  label.classList.remove("unread");
  label.querySelector("input").checked = true;
  $("scroll").setAttribute("aria-live", "off"); // old lines are not news
  $("lines").replaceChildren(h("li", { class: "note empty" }, EMPTY_HINT));
  $("quick").replaceChildren();
  if (entries.length === 0) $("quick").append(h("button", { type: "button", onclick: () => say(HELLO) }, HELLO));
  entries.forEach(show);
  toEnd();
  setTimeout(() => $("scroll").setAttribute("aria-live", "polite"), 300);
}

// ── the log ──────────────────────────────────────────────────────────────────────────────────

const OUTCOMES = {
  answered: ["good", "답함"],
  waiting: ["wait", "콜백 대기"],
  silent: ["warn", "말풍선 없음"],
  timeout: ["bad", "5초 초과"],
  unreachable: ["bad", "닿지 않음"],
  "bad-status": ["bad", "오류"],
  invalid: ["bad", "형식 오류"],
  refused: ["bad", "거절됨"],
  expired: ["bad", "콜백 없음"],
};

function json(title, value) {
  if (value === undefined) return [];
  const pretty = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const copy = h("button", { type: "button" }, "복사");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(pretty);
      copy.textContent = "복사했어요";
    } catch {
      copy.textContent = "복사할 수 없어요";
    }
    setTimeout(() => (copy.textContent = "복사"), 1500);
  });
  return [h("h4", {}, title, copy), h("pre", { tabindex: "0" }, pretty || "(비어 있음)")];
}

function finding(found) {
  return h("div", { class: `finding ${found.severity === "E" ? "E" : "W"}` }, `${found.severity} ${found.rule} · ${found.ko}`, h("code", {}, found.path));
}

function logLine(entry) {
  if (["said", "told", "halfView", "closed"].includes(entry.kind)) return;
  $("log-hint").hidden = true;
  const outcome = entry.kind === "expired" ? "expired" : entry.outcome;
  let [color, word] = OUTCOMES[outcome] ?? ["warn", outcome];
  if (entry.kind === "delivered" && color === "good") word = "콜백 도착";
  if (outcome === "bad-status") word = `오류 ${entry.status}`;
  const findings = list(entry.findings);
  if (color === "good" && findings.length > 0) [color, word] = ["warn", `${word} · ${findings.length}건`];
  const name = people.get(entry.person)?.name ?? entry.person;
  const summary = h(
    "summary",
    {},
    h("time", {}, exact(entry.at)),
    h("span", { class: "what" }, h("b", {}, name), ` ${texts.get(entry.turn) ?? ""}`),
    h("span", { class: `tag ${color}` }, word),
    h("span", { class: "ms" }, entry.ms === undefined ? "" : `${entry.ms} ms`),
  );
  const inside = h("div", { class: "inside" }, findings.map(finding), json("답", entry.answer), json("요청", entry.request), entry.result && json("카카오가 한 말", entry.result));
  const line = h("li", {}, h("details", {}, summary, inside));
  $("turns").prepend(line);
  while ($("turns").children.length > 200) $("turns").lastElementChild.remove();
}

// ── beginnings ───────────────────────────────────────────────────────────────────────────────

function happened(entry) {
  if (entry.kind === "said") texts.set(entry.turn, entry.text);
  if (entry.kind === "closed") closeHalfView(entry.turn);
  if (entry.kind === "told") texts.set(entry.turn, `이벤트 ${text(entry.event)}`);
  const person = people.get(entry.person);
  if (person) {
    person.entries.push(entry);
    if (entry.person === current) show(entry);
    else if (entry.kind !== "said") person.label.classList.add("unread");
  }
  logLine(entry);
}

async function begin() {
  for (const { id, name } of await (await fetch("/room/people")).json()) {
    const radio = h("input", { type: "radio", name: "person", value: id, onchange: () => become(id) });
    const label = h("label", { class: "person" }, radio, name);
    $("people").append(label);
    people.set(id, { name, label, entries: [] });
  }
  const asked = new URLSearchParams(location.search).get("person") ?? sessionStorage.getItem("person");
  become(people.has(asked) ? asked : [...people.keys()][0]);

  const events = new EventSource("/room/events");
  events.addEventListener("message", (event) => happened(JSON.parse(event.data)));
  events.addEventListener("open", () => ($("lost").hidden = true));
  events.addEventListener("error", () => ($("lost").hidden = false));
}

const box = $("text");
const fit = () => {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 120)}px`;
};
const submit = () => {
  const message = box.value.trim();
  if (!message) return;
  box.value = "";
  fit();
  say(message);
};
box.addEventListener("input", fit);
box.addEventListener("keydown", (event) => {
  // While Hangul is being composed, Enter ends the syllable and not the message.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});
/** The photo of Kakao's own documentation: on the host where sent photos are. */
const PHOTO = "https://t1.kakaocdn.net/openbuilder/sample/lj3JUcmrzC53YIjNDkqbWK.jpg";
$("photo").addEventListener("click", () => say("(사진)", { photo: PHOTO }));
$("sign-up").addEventListener("click", () => say("가입하기", { blockId: AUTH_BLOCK, trigger: "CARD_BUTTON_BLOCK" }));
$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
  box.focus();
});
$("skill").value = sessionStorage.getItem("skill") ?? "lunch";
const rename = () => {
  sessionStorage.setItem("skill", $("skill").value);
  $("title").textContent = $("skill").value.trim() || "봇";
};
$("skill").addEventListener("input", rename);
rename();
const openLog = (open) => {
  $("log").classList.toggle("open", open);
  $("show-log").setAttribute("aria-expanded", String(open));
  (open ? $("hide-log") : $("show-log")).focus();
};
$("show-log").addEventListener("click", () => openLog(true));
$("hide-log").addEventListener("click", () => openLog(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("log").classList.contains("open")) openLog(false);
});
begin();
