// Which labels of own data are probably wrong, as audits of them found.

function setSuspects(group) {
  const none = "No audit of these data lies here: sl audit dataset=folder data_dir=... makes one.";
  fill("suspects-audits", group.suspects.length ? group.suspects.map(suspectsOf) : el("p", {}, none));
}

function suspectsOf({ summary, page, image }) {
  const picture = image && el("img", { src: image, alt: "The most suspicious pictures, label given and suggested" });
  return el("figure", {}, el("figcaption", {}, summary, " ", el("a", { href: page }, "Look through them.")), picture);
}
