//! The messages of a text and the variables in them.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};

/// Messages and attributes (`id.attribute`) with their variables.
pub fn parts(source: &FluentResource) -> BTreeMap<String, BTreeSet<&str>> {
    let mut parts = BTreeMap::new();
    for entry in source.entries() {
        let Entry::Message(message) = entry else {
            continue;
        };
        let id = message.id.name;
        let value = message.value.as_ref().map(variables_of);
        parts.insert(id.to_owned(), value.unwrap_or_default());
        for attribute in &message.attributes {
            let name = format!("{id}.{}", attribute.id.name);
            parts.insert(name, variables_of(&attribute.value));
        }
    }
    parts
}

/// The variables of a text.
pub(super) fn variables_of<'p>(pattern: &'p Pattern<&'p str>) -> BTreeSet<&'p str> {
    let mut found = BTreeSet::new();
    in_pattern(pattern, &mut found);
    found
}

fn in_pattern<'p>(pattern: &'p Pattern<&'p str>, found: &mut BTreeSet<&'p str>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression<'p>(expression: &'p Expression<&'p str>, found: &mut BTreeSet<&'p str>) {
    match expression {
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
        Expression::Inline(inline) => in_inline(inline, found),
    }
}

fn in_inline<'p>(inline: &'p InlineExpression<&'p str>, found: &mut BTreeSet<&'p str>) {
    let mut in_call = |arguments: &'p CallArguments<&'p str>| {
        for argument in &arguments.positional {
            in_inline(argument, found);
        }
        for argument in &arguments.named {
            in_inline(&argument.value, found);
        }
    };
    match inline {
        InlineExpression::VariableReference { id } => {
            found.insert(id.name);
        }
        InlineExpression::FunctionReference { arguments, .. }
        | InlineExpression::TermReference {
            arguments: Some(arguments),
            ..
        } => in_call(arguments),
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        _ => {}
    }
}
