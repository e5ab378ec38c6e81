// The rules of the HTML validator; every departure from the recommended set says why.
module.exports = {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // Our assets come from our own host with hashed names; only others' need a digest.
    "require-sri": ["error", { target: "crossorigin" }],
    // Ticks and buttons of one form share a name by design.
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "reset", "submit"] }],
    // Blanks at the end of a line are of the templates and cost nothing compressed.
    "no-trailing-whitespace": "off",
  },
};
