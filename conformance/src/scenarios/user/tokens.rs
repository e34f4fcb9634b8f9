//! `user.auth`: tokens that are wrong in one place, and tokens of those whom one knows.

use chat_spec::events::{OnUserAuthorized, UserAuth};

use crate::{
    scenario::scenarios,
    scenarios::user::auth::{check_refusal, need_two_tokens, try_token},
    stop::Outcome,
    world::World,
};

scenarios! { "user.auth";
    a_token_is_wrong_in_one_place ["AUTH-2"]
        "A token that differs from the right one in a single place is refused, whichever place it is.";
    a_partners_token_is_refused ["AUTH-4"]
        "The token of someone with whom a user has a dialog does not open that user's account.";
}

/// Servers may close a connection after more than five refusals (AUTH-8): so many are tried on one.
const TRIES: usize = 3;

/// Another character in the place of one. It differs in the highest bit of a base64 digit too: the lowest bits of the
/// last one may mean nothing.
fn changed(character: char) -> char {
    if matches!(character, 'A'..='Z' | 'a'..='f') { 'z' } else { 'A' }
}

/// The same letter in the other case.
fn other_case(letter: char) -> char {
    if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
}

/// Texts that differ from the token in one place.
fn off_by_one(token: &str) -> Vec<(&'static str, String)> {
    let characters: Vec<char> = token.chars().collect();
    let (middle, last) = (characters.len() / 2, characters.len().saturating_sub(1));
    let with = |place: usize, new: &[char]| {
        let (before, after) = characters.split_at(place.min(characters.len()));
        before.iter().chain(new).chain(after.iter().skip(1)).collect::<String>()
    };
    let replaced = |place: usize, by: fn(char) -> char| match characters.get(place) {
        Some(&old) => with(place, &[by(old)]),
        None => String::new(),
    };
    let letters = || characters.iter().enumerate().filter(|(_, c)| c.is_ascii_alphabetic()).map(|(place, _)| place);
    let inserted = characters.get(middle).map_or_else(String::new, |old| with(middle, &['x', *old]));
    let mut texts = vec![
        ("the token with another last character", replaced(last, changed)),
        ("the token with another first character", replaced(0, changed)),
        ("the token with another character in the middle", replaced(middle, changed)),
        ("the token with one character less in the middle", with(middle, &[])),
        ("the token with one character more in the middle", inserted),
        (
            "the token with its first letter in the other case",
            letters().next().map_or_else(String::new, |place| replaced(place, other_case)),
        ),
        (
            "the token with its last letter in the other case",
            letters().next_back().map_or_else(String::new, |place| replaced(place, other_case)),
        ),
        ("the token before a space", format!("{token} ")),
        ("the token between spaces", format!(" {token} ")),
    ];
    texts.retain(|(_, text)| text != token && !text.is_empty());
    texts
}

async fn a_token_is_wrong_in_one_place(world: &World) -> Outcome {
    world.no_transcript();
    let [alice] = world.accounts(["alice"]).await?;
    for tries in off_by_one(&alice.token).chunks(TRIES) {
        let mut intruder = world.connect(&alice, "intruder").await?;
        for (what, token) in tries {
            intruder.emit(&UserAuth { id: alice.id, token: token.clone() }).await?;
            let heard: Option<OnUserAuthorized> = intruder.hear_within(world.patience().event).await?;
            let goes_on = heard.as_ref().is_some_and(|answer| !answer.success) && intruder.is_open();
            let answer = match heard {
                Some(answer) => answer,
                // The refusals before may have cost the connection (AUTH-8): on one of its own it is answered.
                None => try_token(world, &alice, token, "AUTH-2").await?,
            };
            check_refusal(world, "AUTH-2", what, &answer);
            if !goes_on {
                intruder.close().await;
                intruder = world.connect(&alice, "intruder").await?;
            }
        }
        intruder.close().await;
    }
    // The control differs in nothing.
    let answer = try_token(world, &alice, &alice.token, "AUTH-1").await?;
    world.check("AUTH-1", answer.success, || "the right token is refused".into());
    Ok(())
}

async fn a_partners_token_is_refused(world: &World) -> Outcome {
    world.no_transcript();
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    need_two_tokens(alice.account(), bob.account())?;
    world.dialog(&alice, &bob).await?;
    for when in ["while both are there", "while both are away"] {
        for (user, partner) in [(&alice, &bob), (&bob, &alice)] {
            let answer = try_token(world, user.account(), &partner.account().token, "AUTH-4").await?;
            check_refusal(world, "AUTH-4", &format!("the token of a dialog partner, {when},"), &answer);
        }
        alice.close().await;
        bob.close().await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_differs_in_one_place() {
        let texts = off_by_one("a1-Zf");
        let of = |what: &str| texts.iter().find(|(known, _)| known.ends_with(what)).map(|(_, text)| text.as_str());
        assert_eq!(of("another last character"), Some("a1-Zz"));
        assert_eq!(of("another first character"), Some("z1-Zf"));
        assert_eq!(of("less in the middle"), Some("a1Zf"));
        assert_eq!(of("more in the middle"), Some("a1x-Zf"));
        assert_eq!(of("last letter in the other case"), Some("a1-ZF"));
    }

    #[test]
    fn short_tokens_and_tokens_without_letters_have_fewer() {
        for token in ["", "7", "12"] {
            assert!(off_by_one(token).iter().all(|(_, text)| text != token && !text.is_empty()), "{token}");
        }
    }
}
