// A Kakao Work room: draws what the bot said and sends back what a member presses, as Kakao Work would.

const ROOM = 1;
const BOT = 1;
const find = (id) => document.getElementById(id);
let shown = 0;

function element(name, kind, text) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (text !== undefined) made.textContent = text;
  return made;
}

function complain(text) {
  find("trouble").textContent = text ?? "";
  find("trouble").hidden = !text;
}

/** One callback; the answer as JSON, or undefined. */
async function post(address, body) {
  const secret = encodeURIComponent(find("secret").value);
  const member = find("member").value.trim();
  const who = /^\d+$/.test(member) ? `${member}` : JSON.stringify(member);
  // Written by hand: numbers of a browser end at 2^53, ids do not.
  const rest = JSON.stringify({ action_time: Date.now(), ...body });
  const text = body.text === undefined ? `{"react_user_id":${who},${rest.slice(1)}` : rest;
  try {
    const answer = await fetch(`/work/${address}/${secret}`, {
      method: "POST",
      headers: { "content-type": "application/json;charset=utf-8" },
      body: text,
    });
    complain(answer.ok ? undefined : `봇이 ${answer.status}로 답했어요. 카카오워크는 200만 성공으로 봅니다.`);
    return answer.ok ? await answer.json() : undefined;
  } catch {
    complain("연결이 끊겼어요. kakao dev가 켜져 있나요?");
    return undefined;
  }
}

async function press(action, message) {
  const about = { id: message.id, text: "", user_id: BOT, conversation_id: ROOM };
  if (action.type === "submit_action") {
    await post("callback", { type: "submit_action", action_name: action.name, value: action.value, message: about });
  } else if (action.type === "call_modal") {
    const answer = await post("request", { type: "request_modal", value: action.value, message: about });
    if (answer?.view) open(answer.view, about);
    else if (answer) complain("모달을 불러오지 못했어요.");
  } else if (action.type === "exclusive") {
    const inner = chosen(action);
    if (inner && inner.type !== "exclusive") await press(inner, message);
  } else if (isWeb(action.value)) {
    window.open(action.value, "_blank", "noopener");
  } else {
    complain(`앱을 여는 버튼이에요. 여기서는 열 수 없어요: ${action.value}`);
  }
}

const isWeb = (url) => /^https?:\/\//i.test(url ?? "");

const DEVICES = { android: /Android/, ios: /iPhone|iPad/, windows: /Windows/, macos: /Mac OS/ };

/** Which action of `exclusive` is meant here: this device's, this kind of device's, or the default. */
function chosen(action) {
  const device = Object.keys(DEVICES).find((name) => DEVICES[name].test(navigator.userAgent));
  const kind = device === "android" || device === "ios" ? "mobile" : "pc";
  return action[device] ?? action[kind] ?? action.default;
}

function open(view, message) {
  find("modal-title").textContent = view.title;
  find("accept").textContent = view.accept;
  find("decline").textContent = view.decline;
  find("fields").replaceChildren(...view.blocks.map(field));
  find("form").onsubmit = async (event) => {
    event.preventDefault();
    const actions = {};
    for (const input of find("fields").querySelectorAll("[name]")) actions[input.name] = input.value || null;
    find("modal").close();
    await post("callback", { type: "submission", actions, value: view.value, message });
  };
  find("modal").showModal();
}

function field(block) {
  if (block.type === "label") {
    const label = element("p", "label");
    label.append(text(block));
    return label;
  }
  const input = element(block.type === "select" ? "select" : "input");
  input.name = block.name;
  input.required = block.required === true;
  input.ariaLabel = block.placeholder ?? block.name;
  if (block.type === "select") {
    input.append(new Option(block.placeholder ?? "고르기", ""));
    for (const option of block.options) input.append(new Option(option.text, option.value));
  } else {
    input.placeholder = block.placeholder ?? "";
  }
  return input;
}

function text(block) {
  const made = element("span", "text");
  made.append(...(block.inlines?.length ? block.inlines : [{ text: block.text }]).map(piece));
  return made;
}

function piece(inline) {
  if (inline.type === "link") {
    const link = element(isWeb(inline.url) ? "a" : "u", "", inline.text);
    link.title = inline.url;
    // A mail or a number is shown; only a page is opened.
    if (isWeb(inline.url)) Object.assign(link, { href: inline.url, target: "_blank", rel: "noopener noreferrer" });
    return link;
  }
  if (inline.type === "mention") {
    const name = element("b", "", inline.text);
    name.title = `${inline.ref?.value}`;
    return name;
  }
  const styles = ["bold", "italic", "strike"].filter((style) => inline[style] === true);
  if (["red", "blue", "grey"].includes(inline.color)) styles.push(`ink-${inline.color}`);
  return element("span", styles.join(" "), inline.text);
}

function image(block) {
  const made = element("img");
  made.src = block.url;
  made.alt = "";
  return made;
}

function draw(block, message) {
  const made = element("div", block.type);
  switch (block.type) {
    case "header":
      made.classList.add(block.style);
      made.textContent = block.text;
      return made;
    case "divider":
      return element("hr");
    case "image_link":
      return image(block);
    case "button": {
      const button = element("button", block.style, block.text);
      button.type = "button";
      button.onclick = () => press(block.action, message);
      return button;
    }
    case "action":
      made.append(...block.elements.map((one) => draw(one, message)));
      return made;
    case "description":
      made.append(element(block.accent ? "b" : "span", "term", block.term), text(block.content));
      return made;
    case "section":
      made.append(text(block.content), ...(block.accessory ? [image(block.accessory)] : []));
      if (block.action) {
        // All of it can be pressed; the button is there for a keyboard, and its press rises to here.
        const button = element("button", "", "열기");
        button.type = "button";
        made.append(button);
        made.onclick = (event) => event.target.closest("a") || press(block.action, message);
      }
      return made;
    case "context":
      made.append(image(block.image), text(block.content));
      return made;
    default:
      made.append(text(block));
      return made;
  }
}

function line(said) {
  const { message } = said;
  const made = element("li");
  const { attachment } = message;
  const files = attachment && `첨부 ${message.type}: ${attachment.attachment_ids ?? attachment.attachment_id}`;
  const blocks = message.blocks?.length ? message.blocks : [{ type: "text", text: files ?? message.text }];
  made.append(...blocks.map((block) => draw(block, said)));
  const to = message.conversation_id ?? message.email ?? message.key;
  made.append(element("small", "", `→ ${`${to}` === `${ROOM}` ? "대화방" : to}`));
  return made;
}

async function look() {
  try {
    const said = await (await fetch("/work-api/said")).json();
    find("said").append(...said.slice(shown).map(line));
    shown = said.length;
  } catch {
    complain("연결이 끊겼어요. kakao dev가 켜져 있나요?");
  }
  setTimeout(look, 700);
}

find("decline").onclick = () => find("modal").close();
find("call").onsubmit = async (event) => {
  event.preventDefault();
  await post("callback", { text: find("words").value, conversation_id: ROOM, user_id: BOT });
  find("words").value = "";
};
look();
