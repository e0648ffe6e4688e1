// Old packages without types: what is used of them is called by third-party scripts.
declare module "jquery";
declare module "underscore";
declare module "backbone";
declare module "urijs";
declare module "jquery.cookie";
declare module "jquery-ui-dist/jquery-ui";
