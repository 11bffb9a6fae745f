/** From which sources this page was built; build.mjs puts it in. */
declare const BUILD_STAMP: string;

declare module "*.svg" {
  const address: string;
  export default address;
}

declare module "*.css";
