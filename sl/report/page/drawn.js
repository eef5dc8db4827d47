// The figures that `make figures` drew, as pictures, which have their titles in them.

function setDrawn(group) {
  const [there, lacking] = [true, false].map((wanted) => group.images.filter((one) => Boolean(one.image) === wanted));
  fill("drawn-figures", there.map(({ title, image }) => el("figure", {},
    el("img", { src: image, alt: `${title}; setting and runs stand below the picture`, loading: "lazy" }))));
  const names = lacking.map(({ title }) => title).join("; ");
  const why = "Not here, because their runs are not recorded or `make figures` has not drawn them";
  fill("drawn-lacking", names ? withCode(`${why}: ${names}.`) : "");
}
