// The libraries and names that third-party blocks expect: only on pages that show one, and in
// frames with authors' scripts. Our own scripts use none of it.
import jQuery from "./jquery-global";
import "jquery-ui-dist/jquery-ui";
import "jquery.cookie";
import Backbone from "backbone";
import _ from "underscore";
import URI from "urijs";
import { addDialog } from "./dialog";
import * as HtmlUtils from "./html";
import { Hub } from "./mathjax";
import { Logger, SR, makeRequire } from "./platform";
import { fill, gettext, interpolate, ngettext } from "./texts";

addDialog(jQuery);
Backbone.$ = jQuery;
const require = makeRequire({ jquery: jQuery, underscore: _, backbone: Backbone, URI, gettext });

Object.assign(window, {
  _,
  Backbone,
  URI,
  Logger,
  SR,
  edx: { HtmlUtils: { ...HtmlUtils, template: (text: string) => _.template(text) }, StringUtils: { interpolate: fill } },
  require,
  RequireJS: { require, requirejs: require, define: undefined },
  JavascriptLoader: { executeModuleScripts(): void {} },
  Collapsible: { setCollapsibles(): void {} },
});

// A catalogue or a mathematics library that the page has wins.
const defaults: Record<string, unknown> = {
  gettext,
  ngettext,
  interpolate,
  MathJax: { Hub },
};
const globals = window as unknown as Record<string, unknown>;
for (const [name, value] of Object.entries(defaults)) globals[name] ??= value;
