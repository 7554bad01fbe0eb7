/** Style sheets that a module imports are gathered into one by the bundler. */
declare module "*.css";
