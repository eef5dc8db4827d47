"use strict";

// What every page is built with: an element by its id, and a new one.

function byId(id) {
  return document.getElementById(id);
}

function el(tag, attributes = {}, ...children) {
  return attach(document.createElement(tag), attributes, children);
}

// Attributes that begin with "on" are listeners; those that are null or false are left out, and so are missing children.
function attach(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}
